import { setTimeout as sleep } from "node:timers/promises";
import { EXIT } from "../errors.ts";
import { findRun } from "../../runs/find-run.ts";
import { lookAtRun, standings } from "../../runs/standing.ts";
import { mainNumber } from "../../core/main-number.ts";
import { kindsOf } from "../../activities/index.ts";
import { say, sayJson } from "../output.ts";
import { endWithReader } from "../readers.ts";
import { drawTable } from "../table.ts";
import { showProgress } from "../progress-view.ts";
import { storeHere } from "../store-here.ts";
import type { Store } from "../../store/store.ts";

const LOOK_MS = 500;

/** Lists the runs of this folder, or shows one run's steps. Reads files only: no server is needed. */
export async function status(
  name: string | undefined,
  { json = false, watch = false }: { json?: boolean; watch?: boolean },
): Promise<number> {
  const store = storeHere();
  if (watch) endWithReader();
  if (watch) await followFiles(store, name ?? "last");
  return name === undefined ? listAll(store, json) : showOne(store, name, json);
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

async function listAll(store: Store, json: boolean): Promise<number> {
  const runs = (await standings(store)).map(({ started: { request, started }, standing }) => ({
    run: request.run,
    status: standing,
    started,
    recipe: request.plan.recipe.path,
  }));
  if (json) sayJson(runs);
  else if (runs.length === 0)
    say("There is no run here yet. Start one with 'reprise run RECIPE', or 'reprise demo'.");
  else {
    const rows = runs.map(({ run, status: is, started, recipe }) => [run, is, started, recipe]);
    say(drawTable(["run", "status", "started", "recipe"], rows));
  }
  return EXIT.done;
}

async function showOne(store: Store, name: string, json: boolean): Promise<number> {
  const found = await findRun(store, name);
  const { started } = found;
  const { run, plan } = found.request;
  const { standing: is, workers, steps, record } = await lookAtRun(store, found);
  if (json) sayJson({ run, status: is, started, workers, steps });
  else {
    const known = kindsOf(plan);
    const kinds = new Map(plan.steps.map(({ id, kind }) => [id, known.find(kind)]));
    const rows = steps.map(({ id, status: at, progress, metrics }) => [
      id,
      at,
      progress === null ? "" : `${progress.done}/${progress.total} ${progress.unit}s`,
      mainNumber(kinds.get(id), metrics),
    ]);
    say(`${run}: ${is}, started ${started}`);
    say(drawTable(["step", "status", "progress", "result"], rows));
    if (record === undefined) say(workLine(run, is, workers));
  }
  return EXIT.done;
}

function workLine(run: string, is: string, workers: string[]): string {
  if (workers.length > 0) return `Worked on by ${workers.join(", ")}.`;
  const how = is === "paused" ? "It is paused" : "No worker is alive: nothing happens";
  return `${how}. 'reprise resume ${run}' goes on.`;
}
