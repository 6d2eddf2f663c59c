import { setTimeout as sleep } from "node:timers/promises";
import { EXIT } from "../errors.ts";
import { findRun } from "../../runs/find-run.ts";
import { outputsOf } from "../../runs/outputs.ts";
import { lookAtRun, standings } from "../../runs/standing.ts";
import { groupBy } from "../../core/group-by.ts";
import { counted } from "../../schemas/counted.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { kindsOf } from "../../activities/index.ts";
import { say, sayJson } from "../output.ts";
import { endWithReader } from "../readers.ts";
import { stepsTable } from "../steps-table.ts";
import { showClaim, showVerdict } from "../summary.ts";
import { drawTable } from "../table.ts";
import { showOutputs } from "./outputs.ts";
import { showProgress } from "../progress-view.ts";
import { storeHere } from "../store-here.ts";
import type { Store } from "../../store/store.ts";

const LOOK_MS = 500;

interface Options {
  json?: boolean;
  watch?: boolean;
  all?: boolean;
  details?: boolean;
}

/** Lists the runs of this folder, or shows one run's steps. Reads files only: no server is needed. */
export async function status(
  name: string | undefined,
  { json = false, watch = false, all = false, details = false }: Options = {},
): Promise<number> {
  const store = storeHere();
  if (watch) endWithReader();
  if (watch) await followFiles(store, name ?? "last");
  return name === undefined ? listAll(store, { json, all }) : showOne(store, name, { json, details });
}

/** Shows progress until the run is over, paused, or left by its workers. */
async function followFiles(store: Store, name: string): Promise<void> {
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

const MOST_LISTED = 20;

async function listAll(store: Store, { json, all }: { json: boolean; all: boolean }): Promise<number> {
  const names = await store.runs.list();
  const listed = json || all ? names : names.slice(0, MOST_LISTED);
  const older = names.length - listed.length;
  const runs = (await standings(store, listed)).map(
    ({ started: { request, started, settings }, standing, record }) => ({
      run: request.run,
      status: standing,
      verdict: record === undefined ? null : verdictOf(record.claims),
      started,
      recipe: request.plan.recipe.path,
      profile: request.plan.recipe.profile,
      settings,
    }),
  );
  if (json) sayJson(runs);
  else if (runs.length === 0)
    say("There is no run here yet. Start one with 'reprise run RECIPE', or 'reprise demo'.");
  else {
    const rows = runs.map(({ run, status: is, verdict, started, recipe, profile, settings }) => [
      ...[run, is, verdict ?? "", started.slice(0, 16).replace("T", " "), recipe],
      [...(profile === null ? [] : [`profile ${profile}`]), ...settings].join("\n"),
    ]);
    say(drawTable(["run", "status", "verdict", "started", "recipe", "with"], rows));
    if (older > 0) say(`${counted(older, "older run")} not shown; --all lists them.`);
  }
  return EXIT.done;
}

/** The claims that count in a few words; null without any. */
function verdictOf(claims: RunRecord["claims"]): string | null {
  const counting = claims.filter(({ counts = true }) => counts);
  if (counting.length === 0) return null;
  const shown = counting.filter(({ verdict }) => verdict === "REPRODUCED").length;
  return counting.length === 1 ? counting[0]!.verdict : `${shown} of ${counting.length} REPRODUCED`;
}

async function showOne(
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
