import { CommanderError } from "commander";
import { packageVersion } from "../host/toolchain.ts";
import { DISK_FULL } from "../core/step-failure.ts";
import { EngineError } from "../engine/errors.ts";
import { isDiskFull } from "../core/disk.ts";
import { tooManyFiles } from "../core/too-many-files.ts";
import { EXIT, UserError } from "./errors.ts";
import { GitError } from "../gitops/git/git-error.ts";
import { RunError } from "../runs/errors.ts";
import type { Act } from "./act.ts";
import { makeProgram } from "./program.ts";
import { lostOutput, outliveReaders } from "./readers.ts";
import { sayJson } from "./output.ts";

/** Loads a command only when it is called: a short command must not wait for the libraries of a long one. */
const act: Act =
  (load, name) =>
  async (...args) => {
    const command = (await load())[name] as (...values: unknown[]) => number | Promise<number>;
    process.exitCode = await command(...args);
  };

/** All of the command. */
async function main(): Promise<never> {
  const program = makeProgram(act);

  outliveReaders();

  try {
    if (process.argv[2] === "complete")
      await (await import("./completion/complete.ts")).addCompletion(program, process.argv.slice(4));
    await program.parseAsync();
  } catch (error) {
    const { exitCode, message, details = {} } = await explain(error);
    process.exitCode = exitCode;
    // The parser has said its errors itself; what others call it is told beside.
    if (!(error instanceof CommanderError)) process.stderr.write(`${message}\n`);
    else if (exitCode !== EXIT.done) {
      const habit = (await import("./habits.ts")).habitOf(error, process.argv.slice(2));
      if (habit !== null) process.stderr.write(`${habit}\n`);
    }
    if (exitCode !== EXIT.done && process.argv.includes("--json"))
      sayJson({ ...details, error: { exitCode, message } });
  }

  // A worker whose server was lost leaves threads behind that would keep this process for ever.
  for (const stream of [process.stdout, process.stderr])
    await new Promise((resolve) => stream.write("", resolve));
  const lost = lostOutput();
  if (lost !== null) {
    process.stderr.write(`Standard output could not be written: ${lost.message}\n`);
    process.exitCode ||= EXIT.missing;
  }
  process.exit();
}

/** An error in the user's words; anything unexpected is a bug and says so. */
async function explain(error: unknown): Promise<{ exitCode: number; message: string; details?: object }> {
  if (error instanceof UserError) return error;
  if (error instanceof GitError) return (await import("./gitops/git-refusal.ts")).explainGit(error);
  if (error instanceof RunError) return (await import("./refusals.ts")).explainRefusal(error.refusal);
  if (error instanceof CommanderError)
    return { exitCode: error.exitCode === 0 ? EXIT.done : EXIT.invalid, message: error.message };
  if (error instanceof EngineError) return { exitCode: EXIT.missing, message: error.message };
  if (isDiskFull(error)) return { exitCode: EXIT.missing, message: DISK_FULL };
  const files = tooManyFiles(error);
  if (files !== undefined) return { exitCode: EXIT.missing, message: files };
  if ((error as NodeJS.ErrnoException | undefined)?.syscall === "uv_cwd")
    return {
      exitCode: EXIT.missing,
      message: "The working folder is gone, or may not be read. Change to another one ('cd') and call again.",
    };
  const detail =
    error instanceof Error ? (process.env["REPRISE_DEBUG"] ? error.stack : error.message) : String(error);
  return { exitCode: EXIT.failed, message: `Unexpected: ${detail}\n${advice()}` };
}

const advice = () => `This is a bug in Reprise ${packageVersion()}. REPRISE_DEBUG=1 shows more.`;

// Nothing may end before it is done: what waits for what never comes is a bug.
process.once("beforeExit", () => {
  process.exitCode = EXIT.failed;
  process.stderr.write(`Unexpected: it stopped half way.\n${advice()}\n`);
});
void main();
