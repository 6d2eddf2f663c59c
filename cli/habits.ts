import type { CommanderError } from "commander";

const AGAIN =
  "What is done and has not changed is reused. 'reprise retry last --from <step>' does a step and what follows it again; 'run --new' starts another run.";
const PART =
  "A run does every step of its recipe, and reuses what is done. '--set steps.<step>=null' leaves one out, 'reprise retry last --from <step>' does a part again.";
const BESIDE =
  "Steps run side by side as far as the machine's cores, memory and GPUs allow; a step's 'resources' say what it takes.";

/** What other tools call an option, and what to use here. */
const OPTIONS: Readonly<Record<string, string>> = {
  ...{ "--force": AGAIN, "-f": AGAIN, "-F": AGAIN, "--forceall": AGAIN, "--forcerun": AGAIN, "-R": AGAIN },
  ...{ "--only": PART, "--until": PART, "-U": PART, "--target": PART, "--single-item": PART, "--from": PART },
  ...{ "-j": BESIDE, "--jobs": BESIDE, "--cores": BESIDE, "-c": BESIDE, "--parallel": BESIDE },
  "--dry-run": "'reprise plan <recipe>' shows what a run would do.",
  "-n": "'reprise plan <recipe>' shows what a run would do.",
  "--resume":
    "'reprise run' goes on with an unfinished run by itself; 'reprise resume <run>' does so by name.",
  "-resume":
    "'reprise run' goes on with an unfinished run by itself; 'reprise resume <run>' does so by name.",
  "--config": "A value is changed by '--set path=value'; declared sets of values are profiles ('--profile').",
  "--params": "A value is changed by '--set path=value'; declared sets of values are profiles ('--profile').",
  "-v": "'reprise logs <run> <step>' shows all that a step's program wrote; REPRISE_DEBUG=1 shows errors whole.",
  "--verbose":
    "'reprise logs <run> <step>' shows all that a step's program wrote; REPRISE_DEBUG=1 shows errors whole.",
};

const COMMANDS: Readonly<Record<string, string>> = {
  diff: "'reprise plan <recipe> --why <step>' says what changed; 'reprise verify <run> <run>' sets runs side by side.",
  export: "'reprise outputs <run> --to <folder>' copies results; 'reprise report <run>' writes a page.",
  repro: "'reprise run <recipe>' does what is not done yet.",
  exp: "'reprise status' lists runs; 'reprise run <recipe> --set path=value' makes another one.",
  ls: "'reprise status' lists runs, 'reprise cache ls' results, 'reprise outputs <run>' what a run gave.",
  list: "'reprise status' lists runs, 'reprise cache ls' results, 'reprise outputs <run>' what a run gave.",
  show: "'reprise status <run>' shows a run, 'reprise plan <recipe>' a recipe.",
  stop: "'reprise pause <run>' stops a run and keeps it; 'reprise cancel <run>' ends it.",
  clean: "'reprise cache gc --keep 20GB' removes what no run needs.",
  gc: "'reprise cache gc --keep 20GB' removes what no run needs.",
  lint: "'reprise validate <recipe>' checks a recipe.",
  dag: "'reprise plan <recipe> --graph' prints the graph.",
  graph: "'reprise plan <recipe> --graph' prints the graph.",
};

/** What to use here for an option, command or argument that another tool has; null where nothing is known of it. */
export function habitOf({ code, message }: CommanderError, args: readonly string[]): string | null {
  const name = /'([^']+)'/.exec(message)?.[1] ?? "";
  // `-j4` and `--jobs=4` are `-j` and `--jobs`.
  const option = name.startsWith("--") ? name.split("=")[0]! : name;
  const table = code === "commander.unknownCommand" ? COMMANDS : OPTIONS;
  for (const candidate of [option, option.slice(0, 2)])
    if (code !== "commander.excessArguments" && Object.hasOwn(table, candidate)) return table[candidate]!;
  return code === "commander.excessArguments" && args[0] === "run" ? PART : null;
}
