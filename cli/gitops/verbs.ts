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

  verb(
    "check [files...]",
    "Check the server's file and the repository's; nothing is started",
    "check",
  ).action(act(() => import("../commands/gitops/check.ts"), "check"));
  verb(
    "plan <repository> <ref> [recipes...]",
    "Show what would happen with a commit, from Git's objects alone; nothing is started",
    "plan https://git.example/lab/papers.git main",
  )
    .option("-b, --base <ref>", "what it is compared with; without it every recipe counts")
    .action(act(() => import("../commands/gitops/plan.ts"), "plan"));
  verb(
    "bisect <recipe> <range>",
    "Find the commit from which on a recipe's claims are not reproduced",
    "bisect recipes/a.yaml v1..main",
  )
    .option(
      "-r, --repository <name>",
      "its name in the server's file, its address or path (this folder unless told otherwise)",
    )
    .option("-p, --profile <name>", "with this profile's overrides")
    .option("--claim <id>", "this claim alone")
    .option("--dry-run", "only say which commits differ")
    .action(act(() => import("../commands/gitops/bisect.ts"), "bisect"));
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
