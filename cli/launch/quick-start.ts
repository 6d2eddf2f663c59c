import module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type v8 from "node:v8";
import { cacheFolder } from "../../host/cache-folder.ts";
import { loaderOf } from "./load.ts";

/** Of these V8 keeps what it compiles: a file for each, as each needs other functions. */
const KEPT = new Set([
  "--version",
  "validate",
  "plan",
  "status",
  "run",
  "demo",
  "verify",
  "outputs",
  "resume",
]);

/** These read too little for V8 to begin to optimise anything. */
const LIGHT = new Set(["--version", "status", "outputs", "complete"]);

/** Node 20 begins to optimise within the first tenth of a second; a short command ends before that pays, and a long one loses nothing. */
const BUDGET = "--interrupt-budget=1000000";

/**
 * To mark in pieces what is in use is for pauses of what goes on for long; it begins just before a run with nothing to do ends, which
 * takes a twentieth more with it. A long run waits a few times for a part of a second.
 */
const MARKING = "--no-incremental-marking";
const BRIEF = new Set(["validate", "plan", "run", "demo", "verify"]);

/** The settings of V8 that a command goes on with, where it is Node 20's. */
export const settingsFor = (verb = ""): string[] => (BRIEF.has(verb) ? [BUDGET, MARKING] : [BUDGET]);

/** These start no program. */
const ALONE = new Set(["validate", "plan"]);

/**
 * What the others need of Node: it has all of that compiled, and V8 takes it only as long as its settings are those that it was
 * compiled with.
 */
const NEEDED = ["node:crypto", "node:fs/promises", "node:process", "node:tty"];
const NEEDED_FOR_PROGRAMS = [
  "node:assert",
  "node:child_process",
  "node:stream/promises",
  "node:timers/promises",
];

export interface Started {
  verb: string | undefined;
  /** The folder of all that is built. */
  built: string;
  /** Tells one state of it from another. */
  build: string;
}

const require = createRequire(import.meta.url);

/**
 * The way to load the command so that it starts quickly, of what this Node can do. What it compiles is kept in the user's own cache,
 * by Node itself from 22.8 on: in a folder that all may write somebody else could leave code.
 */
export function quickLoad(
  environment: NodeJS.ProcessEnv,
  { verb, built, build }: Started,
): (file: string) => unknown {
  if (process.versions.node.startsWith("20.") && (verb === undefined || !LIGHT.has(verb)))
    optimiseLater(verb);
  const cache = cacheFolder(environment);
  if (cache === tmpdir()) return require;
  const folder = join(cache, "compiled");
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };
  if (enableCompileCache !== undefined) enableCompileCache(folder);
  else if (verb !== undefined && KEPT.has(verb))
    return loaderOf(built, join(folder, `${verb}-${build}-${process.version}-${process.arch}.v8`));
  return require;
}

function optimiseLater(verb: string | undefined): void {
  const programs = verb !== undefined && ALONE.has(verb) ? [] : NEEDED_FOR_PROGRAMS;
  for (const name of [...NEEDED, ...programs]) require(name);
  // Either brings along what it needs.
  void process.stdout;
  void process.stderr;
  const { setFlagsFromString } = require("node:v8") as typeof v8;
  settingsFor(verb).forEach((setting) => setFlagsFromString(setting));
}
