import path from "node:path";
import { packageRoot } from "../core/package-root.ts";
import { hasEnvironment } from "../core/fingerprint.ts";
import { findToolchain } from "../host/toolchain.ts";
import { kindsOf } from "../activities/index.ts";
import type { Plan } from "../schemas/plan.ts";
import { EXIT, UserError } from "./errors.ts";

/** What a run may need beside this package: kept in the user's cache, for all folders. */
export type Part = "python" | "server";

const SCRIPT = path.join(packageRoot, "scripts", "setup.mjs");

/**
 * Prepares parts, telling its progress on standard error. With `kept` it only looks at what the cache has; with `soon` it leaves to a
 * run what that one makes by itself, in the background.
 */
export async function setUp(
  parts: readonly Part[],
  { kept = false, soon = false }: { kept?: boolean; soon?: boolean } = {},
): Promise<void> {
  // A terminal sends Ctrl-C to the set-up too, which ends what it started and then itself.
  const wait = (): void => {};
  process.on("SIGINT", wait);
  try {
    const { execa } = await import("execa");
    const { exitCode, signal } = await execa(
      process.execPath,
      [SCRIPT, ...parts, ...(kept ? ["--kept"] : []), ...(soon ? ["--soon"] : [])],
      { stdin: "ignore", stdout: "ignore", stderr: "inherit", reject: false },
    );
    if (exitCode === 0) return;
    if (exitCode === EXIT.interrupted || signal === "SIGINT")
      throw new UserError(EXIT.interrupted, "The set-up was interrupted. 'reprise setup' goes on with it.");
    throw new UserError(
      EXIT.missing,
      `The set-up of this machine did not succeed (${parts.join(", ")}): what it said stands above. 'reprise setup' tries again.`,
    );
  } finally {
    process.off("SIGINT", wait);
  }
}

/** Prepares those of the parts that nobody prepared yet, and that the environment does not name. */
export async function prepared(...wanted: Part[]): Promise<void> {
  const missing = missingOf(wanted);
  if (missing.length > 0) await setUp(missing, { soon: true });
}

/** The parts that are neither there nor named by the environment. */
export function missingOf(wanted: readonly Part[]): Part[] {
  const { python, ffmpeg, server } = findToolchain();
  const { REPRISE_PYTHON, REPRISE_FFMPEG, REPRISE_SERVER, TEMPORAL_ADDRESS } = process.env;
  const isThere: Record<Part, boolean> = {
    python: (python !== null || Boolean(REPRISE_PYTHON)) && (ffmpeg !== null || Boolean(REPRISE_FFMPEG)),
    server: server !== null || Boolean(REPRISE_SERVER) || Boolean(TEMPORAL_ADDRESS),
  };
  return wanted.filter((part) => !isThere[part]);
}

/** Whether a step of a plan runs in the trainers' Python, takes their ffmpeg, or has an environment made by them. */
export function needsPython(plan: Plan): boolean {
  const kinds = kindsOf(plan);
  return plan.steps.some(({ kind, inputs }) => {
    const schema = kinds.find(kind)?.schema;
    return schema !== undefined && (schema["x-tools"].length > 0 || hasEnvironment(schema, inputs));
  });
}
