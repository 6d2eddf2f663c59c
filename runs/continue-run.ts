import { mkdir, readdir, rename } from "node:fs/promises";
import path from "node:path";
import { planChanges } from "../compiler/plan-changes.ts";
import { showValue } from "../core/show-value.ts";
import { findToolchain } from "../host/toolchain.ts";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import type { Artifact, Plan } from "../schemas/plan.ts";
import { home } from "../store/home.ts";
import { loadRecord, recordFile, saveRun, type StartedRun } from "../store/runs.ts";
import { surelyLiveWorkers } from "../store/workers.ts";
import { EXIT, UserError } from "./errors.ts";
import { digestInputs } from "./inputs.ts";
import { machineCapacity } from "../host/machine.ts";
import { say } from "./output.ts";
import { planOf } from "./recipe-file.ts";

/** How a run goes on: with the recipe as it is now, and with some steps done again. */
interface Continuation {
  /** Steps to do again with all that hangs on them, although the store has their results. */
  from: string | null;
  json: boolean;
}

/**
 * Prepares a run to go on: paused, failed, cancelled or unfinished. If the recipe was edited meanwhile, its new plan is
 * taken, and the run keeps both and what changed. Nothing that an earlier part of the run left is lost.
 */
export async function continueRun(
  root: string,
  started: StartedRun,
  { from, json }: Continuation,
): Promise<StartedRun> {
  const { run, plan: before } = started.request;
  const record = await loadRecord(root, run);
  if (record?.status === "done" && from === null)
    throw new UserError(
      EXIT.invalid,
      `The run ${run} is done. 'reprise retry ${run} --from <step>' does a part again.`,
    );
  const { plan: after, recipe } = await planOf(before.recipe.path, {
    set: [...started.settings],
    ...(before.recipe.profile === null ? {} : { profile: before.recipe.profile }),
    ...(started.confine == null ? {} : { confine: started.confine }),
  });
  const again = from === null ? [] : withFollowers(after, from);
  const inputs = await digestInputs(after, recipe, root);
  const changes = [...planChanges(before, after), ...contentChanges(started.request.inputs, inputs)];
  const replaces = changes.length > 0 || after.digest !== before.digest || again.length > 0;
  if (replaces) await endWorkflow(root, run);
  for (const { step, field, from: old, to } of changes)
    say(`${step ?? "recipe"}: ${field} ${showValue(old)} -> ${showValue(to)}`, json);
  const now = new Date().toISOString();
  const next: StartedRun = {
    ...started,
    request: {
      ...started.request,
      plan: after,
      // It may go on at another machine.
      capacity: await machineCapacity(after, (sentence) => say(sentence, json)),
      inputs,
      redo: again.length === 0 ? started.request.redo : { steps: again, since: now },
    },
    versions:
      changes.length === 0
        ? started.versions
        : [...started.versions, { plan: before.digest, until: now, changes }],
    paused: false,
  };
  await setAside(root, run, record !== undefined, again);
  await saveRun(root, next);
  return next;
}

/** Inputs whose content is another one: the old workflow would take the new content for the old. */
function contentChanges(
  before: Record<string, Artifact>,
  after: Record<string, Artifact>,
): RunRecord["versions"][number]["changes"] {
  return Object.entries(after).flatMap(([name, { digest }]) =>
    before[name] === undefined || before[name].digest === digest
      ? []
      : [{ step: null, field: `inputs.${name}.sha256`, from: before[name].digest, to: digest }],
  );
}

/** A step and every step that waits for it. */
function withFollowers({ steps }: Plan, from: string): string[] {
  if (!steps.some(({ id }) => id === from))
    throw new UserError(
      EXIT.invalid,
      `The run has no step '${from}'. It has: ${steps.map(({ id }) => id).join(", ")}.`,
    );
  const found = new Set([from]);
  for (const { id, after } of steps) if (after.some((other) => found.has(other))) found.add(id);
  return [...found];
}

/** A workflow keeps the plan that it was started with: one with another plan takes its place. */
async function endWorkflow(root: string, run: string): Promise<void> {
  const workers = await surelyLiveWorkers(root, run);
  if (workers.length > 0)
    throw new UserError(
      EXIT.failed,
      `The run ${run} is being worked on (${workers.join(", ")}). Pause it first: 'reprise pause ${run}'.`,
    );
  const { Session } = await import("../engine/session.ts");
  const session = await Session.open(root, findToolchain().server);
  try {
    const attached = await session.attach(run);
    await attached?.handle.terminate("it goes on with another plan");
  } finally {
    await session.close();
  }
}

/** An earlier record, and what is done again, are kept aside. */
async function setAside(root: string, run: string, hasRecord: boolean, steps: string[]): Promise<void> {
  if (!hasRecord && steps.length === 0) return;
  const folder = path.join(home.run(root, run), "earlier");
  await mkdir(folder, { recursive: true });
  const numbers = (await readdir(folder)).map(Number).filter(Number.isInteger);
  const aside = path.join(folder, String(Math.max(0, ...numbers) + 1));
  await mkdir(aside);
  if (hasRecord) await rename(recordFile(root, run), path.join(aside, "record.json"));
  for (const step of steps) await moveFiles(home.step(root, run, step), path.join(aside, step));
}

/** Files alone: a step may be called as a folder of the run's own, such as 'earlier'. */
async function moveFiles(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    // Of a step that never began.
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const files = entries.filter((entry) => entry.isFile());
  if (files.length > 0) await mkdir(to, { recursive: true });
  for (const { name } of files) await rename(path.join(from, name), path.join(to, name));
}
