import type { Command } from "commander";
import type { Act } from "../act.ts";

/** Adds the commands of `reprise gitops`. */
export function addGitops(program: Command, act: Act): void {
  const gitops = program
    .command("gitops")
    .description("Follow Git repositories: a push is planned, run, judged and answered");
  const verb = (usage: string, description: string, example: string) =>
    gitops
      .command(usage)
      .description(description)
      .option("--json", "one JSON document on standard output")
      .option("-c, --config <file>", "the server's file (gitops.yaml unless told otherwise)")
      .addHelpText("after", `\nExample:\n  $ reprise gitops ${example}`);
  const asking = () => import("../commands/gitops/ask.ts");
  const serving = () => import("../commands/gitops/serve.ts");

  verb("serve", "Follow the repositories of the server's file until stopped; runs go on without it", "serve")
    .option("--listen <address>", "take webhooks there too, as 127.0.0.1:8473 or a port of loopback")
    .action(act(serving, "serve"));
  verb("status [commit]", "Show repositories with their newest commits, or one commit", "status 3f2a91c")
    .option("-r, --repository <name>", "this one only")
    .action(act(() => import("../commands/gitops/status.ts"), "status"));
  verb("sync [repository]", "Look at a repository now, whatever its interval", "sync papers").action(
    act(serving, "sync"),
  );
  verb(
    "approve <commit> [recipe]",
    "Let what waits for approval at a commit run, as it is shown now",
    "approve 3f2a91c",
  )
    .option("-r, --repository <name>", "where there are several")
    .option("--by <login>", "who approves; the forge is asked whether they may")
    .action(act(asking, "approve"));
  verb(
    "run <ref> [recipe]",
    "Run recipes of a branch, tag or commit, also once more",
    "run main recipes/a.yaml",
  )
    .option("-r, --repository <name>", "where there are several")
    .option("--by <login>", "who asks, for the record")
    .action(act(asking, "run"));
}
