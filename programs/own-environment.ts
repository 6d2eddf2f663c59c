import path from "node:path";
import { StepFailure } from "../core/step-failure.ts";
import { packageRoot } from "../core/package-root.ts";
import { requireTool } from "../host/toolchain.ts";
import type { StepContext } from "../steps/context.ts";
import { readJson } from "../store/files.ts";
import { programFailure, runProgram } from "./run-program.ts";

const SCRIPT = path.join(packageRoot, "scripts", "environment.mjs");

/** Where packages come from, and where environments are kept. */
const PASSED = ["UV_*", "PIP_*", "REPRISE_CACHE", "REPRISE_PYTHON"];

/**
 * Variables by which a step's program finds the Python environment that a lock file describes. It is made when it is not
 * there yet, by uv, in this user's cache, as a program of the step: cancelled, logged and ended as such.
 */
export async function ownEnvironment(context: StepContext, lock: string): Promise<Record<string, string>> {
  const answer = path.join(context.work, "environment.json");
  const name = "The making of the step's environment";
  const args = [SCRIPT, lock, requireTool("python"), answer];
  const end = await runProgram(context, {
    ...{ command: process.execPath, args, name },
    ...{ environment: {}, passed: PASSED, hidden: [] },
  });
  if (end.how !== "exit" || end.code !== 0) throw await programFailure(name, end, context.log);
  const { python } = (await readJson<{ python?: unknown }>(answer)) ?? {};
  if (typeof python !== "string")
    throw new StepFailure("environment", `${name} ended without saying where it is.`);
  const programs = path.dirname(python);
  return {
    VIRTUAL_ENV: path.dirname(programs),
    PATH: [programs, process.env["PATH"]].filter(Boolean).join(path.delimiter),
    // What lies beside the environment would count before what the lock file names.
    PYTHONPATH: "",
    PYTHONNOUSERSITE: "1",
  };
}
