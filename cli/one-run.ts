import { setTimeout as sleep } from "node:timers/promises";
import { kindsOf } from "../activities/index.ts";
import { groupBy } from "../core/group-by.ts";
import { findRun } from "../runs/find-run.ts";
import { lookAtRun } from "../runs/look-at-run.ts";
import { outputsOf } from "../runs/outputs.ts";
import { counted } from "../schemas/counted.ts";
import { showOutputs } from "./commands/outputs.ts";
import { EXIT } from "./errors.ts";
import { say, sayJson } from "./output.ts";
import { showProgress } from "./progress-view.ts";
import { endWithReader } from "./readers.ts";
import { stepsTable } from "./steps-table.ts";
import { showClaim, showVerdict } from "./summary.ts";
import type { Store } from "../store/store.ts";

const LOOK_MS = 500;

/** Shows progress until the run is over, paused, or left by its workers. */
export async function followRun(store: Store, name: string): Promise<void> {
  endWithReader();
  const { request } = await findRun(store, name);
  const { run, plan } = request;
  const view = showProgress(store, run, plan, process.stdout);
  for (;;) {
    if ((await store.runs.loadRecord(run)) !== undefined) break;
    if ((await store.runs.load(run))?.paused === true || (await store.local.liveWorkers(run)).length === 0)
      break;
    await sleep(LOOK_MS);
  }
  await view.close();
}

/** Shows a run: its steps, outputs, claims, and who works on it. */
export async function showRun(
  store: Store,
  name: string,
  { json, details }: { json: boolean; details: boolean },
): Promise<number> {
  const found = await findRun(store, name);
  const { started, settings } = found;
  const { run, plan } = found.request;
  const standing = await lookAtRun(store, found);
  const { standing: is, workers, record } = standing;
  const claims = record?.claims ?? null;
  if (json) {
    const outputs = groupBy(await outputsOf(store, found), ({ step }) => step);
    const steps = standing.steps.map((step) => ({ ...step, outputs: outputs.get(step.id) ?? [] }));
    const { recipe } = plan;
    sayJson({ run, status: is, started, recipe, settings, workers, steps, claims });
    return EXIT.done;
  }
  say(`${run}: ${is}, started ${started}`);
  const profile = plan.recipe.profile === null ? "" : `, profile ${plan.recipe.profile}`;
  say(`recipe ${plan.recipe.path} (${plan.recipe.digest.slice(0, 12)})${profile}`);
  for (const setting of settings) say(`--set ${setting}`);
  say(stepsTable(standing.steps, plan, kindsOf(plan), details));
  const kept = await outputsOf(store, found);
  if (details && kept.length > 0) say(showOutputs(kept));
  else if (kept.length > 0)
    say(`${counted(kept.length, "output")}: 'reprise outputs ${run}' says where they are.`);
  for (const claim of claims ?? [])
    say(details ? showClaim(claim) : `${showVerdict(claim.verdict)}  ${claim.says}`);
  if (record?.failure != null)
    say(`[${record.failure.code}] ${record.failure.step ?? "run"}: ${record.failure.message}`);
  if (record === undefined) say(workLine(run, is, workers));
  return EXIT.done;
}

function workLine(run: string, is: string, workers: string[]): string {
  if (workers.length > 0) return `Worked on by ${workers.join(", ")}.`;
  const how = is === "paused" ? "It is paused" : "No worker is alive: nothing happens";
  return `${how}. 'reprise resume ${run}' goes on.`;
}
