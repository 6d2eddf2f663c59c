import { Command, Option } from "commander";
import { packageVersion } from "../host/toolchain.ts";
import type { Act } from "./act.ts";
import { EXIT } from "./errors.ts";
import { addGitops } from "./gitops/verbs.ts";

/** The command line: every command with its arguments and options. `act` makes their actions. */
export function makeProgram(act: Act): Command {
  const program = new Command("reprise")
    .description("Reproduce a paper from one YAML recipe: a durable, checked run from raw data to verdict.")
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError("(add --help for usage)");

  const verb = (usage: string, description: string, example: string) =>
    program
      .command(usage)
      .description(description)
      .option("--json", "one JSON document on standard output")
      .addHelpText("after", `\nExample:\n  $ reprise ${example}`);

  /** A verb that reads a recipe, which the command line may change. */
  const recipeVerb = (usage: string, description: string, example: string) =>
    verb(usage, description, example)
      .option("-p, --profile <name>", "with this profile's overrides")
      .option(
        "--set <path=value>",
        "with another value; may be given several times",
        (value, all: string[]) => [...all, value],
        [],
      )
      .option("--confine <dir>", "a recipe that names a file outside of this folder is an error")
      .addOption(new Option("--deny <what>", "let warnings count as errors").choices(["warnings"]));

  verb(
    "init [template]",
    "Write a minimal recipe that runs at once: command (unless told otherwise), sft, grpo or st-r1",
    "init sft --table table.csv",
  )
    .option("--name <name>", "what the recipe is called (as the folder unless told otherwise)")
    .option(
      "--table <file>",
      "a paper's table in CSV: its rows become a file of tables, and values of the recipe",
    )
    .option("--column <head>", "the table's column that counts, where there are several")
    .action(act(() => import("./commands/init.ts"), "init"));
  /** A verb that runs a recipe. */
  const runVerb = (usage: string, description: string, example: string) =>
    recipeVerb(usage, description, example)
      .option("--new", "start afresh even if the last run is unfinished")
      .option("--detach", "leave the run to a process of its own, and return")
      .option(
        "--fail-fast",
        "let the first failure end the run; otherwise what does not depend on it goes on",
      );

  recipeVerb(
    "validate <recipes...>",
    "Check recipes ('-' is standard input); nothing is started",
    "validate recipes/*.yaml",
  )
    .addOption(
      new Option("--format <format>", "how findings are shown (text unless told otherwise)")
        .choices(["text", "json", "github", "sarif"])
        .conflicts("json"),
    )
    .action(act(() => import("./commands/validate.ts"), "validate"));
  recipeVerb("plan <recipe>", "Show what a run would do with each step, and why", "plan recipes/demo.yaml")
    .addOption(new Option("--why <step>", "explain one step").conflicts(["origins", "graph", "json"]))
    .addOption(
      new Option("--origins", "show where each value comes from, and what it replaced").conflicts("graph"),
    )
    .addOption(new Option("--graph", "print the graph as Mermaid").conflicts("json"))
    .addOption(new Option("--preflight", "look at what models do at full size too").conflicts("json"))
    .option("--details", "show all of it, not only what fits on a screen")
    .option("--exit-code", `exit with ${EXIT.somethingToDo} if a run would do anything`)
    .action(act(() => import("./commands/plan.ts"), "plan"));
  recipeVerb(
    "preflight <recipe>",
    "Look at what models do at full size: memory, tokens, steps, hours; needs no GPU, weights or network",
    "preflight recipes/st-r1.yaml",
  )
    .option("--details", "show all of it, not only what fits on a screen")
    .action(act(() => import("./commands/preflight.ts"), "preflight"));
  recipeVerb(
    "conform <recipe>",
    "Compare a recipe with its paper's tables, row by row",
    "conform recipes/st-r1.yaml",
  )
    .option("--details", "show all of it, not only what fits on a screen")
    .action(act(() => import("./commands/conform.ts"), "conform"));
  runVerb(
    "run <recipe>",
    "Run a recipe to its verdict, or go on with an unfinished run",
    "run recipes/demo.yaml",
  )
    .option("-n, --dry-run", "only show what it would do, as 'reprise plan'")
    .action(act(() => import("./commands/run.ts"), "run"));
  runVerb("demo", "Run the demo: the first paper's whole chain in miniature", "demo").action(
    act(() => import("./commands/demo.ts"), "demo"),
  );
  verb(
    "setup [parts...]",
    "Prepare this machine: the Python environment and the Temporal server",
    "setup",
  ).action(act(() => import("./commands/setup.ts"), "setup"));
  verb(
    "status [run]",
    "List runs, or show one run: steps, settings, outputs, verdict ('last' is the newest)",
    "status last --watch",
  )
    .option("-w, --watch", "follow the run until it is over")
    .option("-a, --all", "list all runs, not only the newest")
    .option("--details", "show all of it, not only what fits on a screen")
    .action(act(() => import("./commands/status.ts"), "status"));
  verb(
    "outputs <run> [output]",
    "Say what a run gave and where it is, or copy it: all, a step's (sft), or one (sft.adapter)",
    "outputs last sft.adapter --to results/adapter",
  )
    .option("--to <place>", "copy it there; one output gets this very name")
    .action(act(() => import("./commands/outputs.ts"), "outputs"));
  verb(
    "checkpoints <run> [step]",
    "List what unfinished steps can be resumed from",
    "checkpoints last grpo",
  ).action(act(() => import("./commands/checkpoints.ts"), "checkpoints"));
  verb("pause <run>", "Pause a run: its steps save what they can and stop", "pause last").action(
    act(() => import("./commands/pause.ts"), "pause"),
  );
  verb("resume <run>", "Go on with a run, also with an edited recipe", "resume last")
    .option("--detach", "leave the run to a process of its own, and return")
    .action(act(() => import("./commands/resume.ts"), "resume"));
  verb("retry <run>", "Go on with a failed run, or do a part of one again", "retry last --from grpo")
    .option("--from <step>", "do this step and all that hangs on it again")
    .option("--detach", "leave the run to a process of its own, and return")
    .action(act(() => import("./commands/resume.ts"), "resume"));
  verb("worker [run]", "Work on a run, or on all open runs of this store", "worker last")
    .addOption(
      new Option("--detached", "as 'run --detach' starts it: a pause that came before holds").hideHelp(),
    )
    .action(act(() => import("./commands/worker.ts"), "worker"));
  program
    .command("logs <run> <step>")
    .description("Print what a step's program wrote")
    .option("-f, --follow", "go on until the step is over")
    .addHelpText("after", "\nExample:\n  $ reprise logs last grpo -f")
    .action(act(() => import("./commands/logs.ts"), "logs"));
  verb("cancel <run>", "Cancel a run: its programs are ended, its record is written", "cancel last").action(
    act(() => import("./commands/cancel.ts"), "cancel"),
  );
  verb("report <run>", "Write a run's report again", "report last").action(
    act(() => import("./commands/report.ts"), "report"),
  );
  verb(
    "verify <runs...>",
    "Show what runs say about the paper's claims, beside the paper",
    "verify last --junit verdict.xml",
  )
    .option("--details", "show all of it, not only what fits on a screen")
    .addOption(new Option("--markdown", "as Markdown tables").conflicts("json"))
    .option("--junit <file>", "write JUnit XML there too")
    .option("--digests <file>", "say whether the runs gave the bytes of the reference in this file")
    .option("--write-digests <file>", "write what the runs gave into this file, as a reference")
    .action(act(() => import("./commands/verify.ts"), "verify"));
  program
    .command("completion <shell>")
    .description(
      "Print a script that lets bash, zsh or fish complete commands, recipes, runs, steps and settings",
    )
    .addHelpText("after", "\nExample:\n  $ source <(reprise completion bash)")
    .action(act(() => import("./completion/script.ts"), "completion"));
  verb("up", "Start this folder's Temporal server", "up").action(
    act(() => import("./commands/server.ts"), "up"),
  );
  verb("down", "Stop this folder's Temporal server; runs are kept", "down")
    .option("--force", "also while runs are being worked on: their commands stop")
    .action(act(() => import("./commands/server.ts"), "down"));
  verb("doctor", "List what a run needs on this machine", "doctor")
    .option("--replay", "check that this version can go on with the runs that are open")
    .action(act(() => import("./commands/doctor.ts"), "doctor"));
  const cache = program.command("cache").description("Look after the results in the store");
  const cacheVerb = (usage: string, description: string, example: string) =>
    cache
      .command(usage)
      .description(description)
      .option("--json", "one JSON document on standard output")
      .addHelpText("after", `\nExample:\n  $ reprise cache ${example}`);
  const cacheCommand = () => import("./commands/cache.ts");
  cacheVerb("ls", "List results with their size and the runs that need them", "ls").action(
    act(cacheCommand, "ls"),
  );
  cacheVerb("why <result>", "Say what decided a result, and who needs it", "why 3f2a").action(
    act(cacheCommand, "why"),
  );
  cacheVerb(
    "rm <names...>",
    "Remove results by step or fingerprint, or runs by id",
    "rm demo-20261124-091451-02a66e",
  )
    .option("--force", "also a result that a run's record needs")
    .action(act(cacheCommand, "rm"));
  cacheVerb("gc", "Remove what no run needs, the oldest first", "gc --keep 20GB --dry-run")
    .requiredOption("--keep <limit>", "size that may stay (20GB), or age (30d)")
    .option("--dry-run", "only say what would be removed")
    .action(act(cacheCommand, "gc"));
  cacheVerb("verify", "Read every artifact and compare it with its digest", "verify").action(
    act(cacheCommand, "verify"),
  );
  const kind = program.command("kind").description("Write and try kinds of steps of your own");
  const kindVerb = (usage: string, description: string, example: string) =>
    kind
      .command(usage)
      .description(description)
      .addHelpText("after", `\nExample:\n  $ reprise kind ${example}`);
  const kindCommand = () => import("./commands/kind.ts");
  kindVerb("new <name>", "Write a kind that runs, in Python or for Node", "new train/dpo")
    .option("--node", "in JavaScript for Node, without an environment of its own")
    .option("--folder <folder>", "write it there (kinds/<group>-<name> unless told otherwise)")
    .option("--json", "one JSON document on standard output")
    .action(act(kindCommand, "create"));
  kindVerb(
    "check <folder>",
    "Check a kind, run it, kill it at its first checkpoint, and compare the results",
    "check kinds/train-dpo --set steps=20",
  )
    .option(
      "--set <name=value>",
      "a parameter's value, or the path of an artifact; may be given several times",
      (value, all: string[]) => [...all, value],
      [],
    )
    .option("--json", "one JSON document on standard output")
    .action(act(kindCommand, "check"));
  kindVerb(
    "docs <folder>",
    "Print a kind's outputs, parameters and metrics as Markdown",
    "docs kinds/train-dpo",
  ).action(act(kindCommand, "docs"));
  addGitops(program, act);
  program
    .command("schema [name]")
    .description(
      "Print or write a JSON Schema: recipe (for editors), a recipe's file (with its own kinds and its paper's rows), kind (for kind.yaml), run-record, or a kind such as train/sft",
    )
    .option("-o, --output <file>", "write it there")
    .addHelpText("after", "\nExample:\n  $ reprise schema --output recipe.schema.json")
    .action(act(() => import("./commands/schema.ts"), "schema"));
  return program;
}
