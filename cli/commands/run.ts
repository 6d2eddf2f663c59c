import { mkdir } from "node:fs/promises";
import path from "node:path";
import { writeRecord } from "../../record/write-record.ts";
import { toolsForFingerprint } from "../../host/tools.ts";
import { counted } from "../../schemas/counted.ts";
import { HEARTBEAT_TIMEOUT_SECONDS, type Artifact, type Plan, type StepOutcome } from "../../schemas/plan.ts";
import { writeSoon } from "../../store/files.ts";
import { home } from "../../store/home.ts";
import { withStoreLock } from "../../store/lock.ts";
import { loadRecord, newRunId, saveRun, setPaused, type StartedRun } from "../../store/runs.ts";
import { confinement } from "../confine.ts";
import { detach } from "../detach.ts";
import { followToEnd, tellEnd } from "../follow.ts";
import { currentCommit } from "../../host/git.ts";
import { digestInputs } from "../inputs.ts";
import { machineCapacity } from "../../host/machine.ts";
import { say } from "../output.ts";
import { historyOf } from "../../runs/preview/history.ts";
import { previewPlan } from "../../runs/preview/preview.ts";
import { storeAbove } from "../nearby-store.ts";
import { planOf, type RecipeOptions } from "../recipe-file.ts";
import { unfinishedRun } from "../../runs/unfinished.ts";
import { writable } from "../writable.ts";

interface RunOptions extends RecipeOptions {
  json?: boolean;
  new?: boolean;
  detach?: boolean;
  failFast?: boolean;
}

/** Runs a recipe to its verdict. Goes on with an unfinished run; needs no server when the store has everything. */
export async function run(
  file: string,
  { json = false, new: afresh = false, detach: alone = false, failFast = false, ...options }: RunOptions,
): Promise<number> {
  const { plan, recipe } = await planOf(file, options);
  const above = storeAbove(process.cwd(), process.env);
  const root = await writable(home.find(process.cwd(), process.env));
  if (above !== null) process.stderr.write(`A new store is made here. ${above}\n`);
  const inputs = await digestInputs(plan, recipe, root);
  const open = afresh ? null : await unfinishedRun(root, plan, inputs);
  const { started, outcomes } =
    open === null
      ? await withStoreLock(root, () => begin(root, { plan, inputs, failFast, options, json }))
      : { started: open, outcomes: [] };
  const { request } = started;
  if (open !== null) {
    say(`Going on with run ${request.run}.`, json);
    await setPaused(root, request.run, false);
  } else if (outcomes.length === plan.steps.length) {
    await finishReused(root, request.run, outcomes);
    return tellEnd(root, request.run, json);
  } else say(`Run ${request.run}: ${counted(plan.steps.length, "step")}, ${outcomes.length} reused.`, json);
  return alone ? detach(root, request.run, json) : followToEnd(root, request, json);
}

interface Beginning {
  plan: Plan;
  inputs: Record<string, Artifact>;
  failFast: boolean;
  options: RecipeOptions;
  json: boolean;
}

/** A new run, noted with the results that it counts on; and what is reused already. */
async function begin(
  root: string,
  { plan, inputs, failFast, options, json }: Beginning,
): Promise<{ started: StartedRun; outcomes: StepOutcome[] }> {
  const now = new Date();
  const [previews, capacity, commit] = await Promise.all([
    toolsForFingerprint(root).then((tools) => previewPlan(root, plan, inputs, tools, historyOf(root, plan))),
    machineCapacity(plan, (sentence) => say(sentence, json)),
    currentCommit(process.cwd(), (sentence) => say(sentence, json)),
  ]);
  for (const { step, because } of previews) {
    for (const { text } of because.filter(({ kind }) => kind === "damaged"))
      say(`${step.id} is made again: ${text}.`, json);
  }
  const started: StartedRun = {
    request: {
      run: newRunId(plan.recipe.name, plan.digest, now),
      home: root,
      plan,
      capacity,
      inputs,
      heartbeatSeconds: Number(process.env["REPRISE_HEARTBEAT_SECONDS"] || HEARTBEAT_TIMEOUT_SECONDS),
      failFast,
      redo: null,
    },
    started: now.toISOString(),
    commit,
    settings: options.set ?? [],
    confine: confinement(options.confine),
    reuses: previews.flatMap(({ action, fingerprint }) =>
      action === "reuse" && fingerprint !== null ? [fingerprint] : [],
    ),
    versions: [],
    paused: false,
  };
  await saveRun(root, started);
  return { started, outcomes: previews.flatMap(({ outcome }) => outcome ?? []) };
}

/** The record of a run that found everything in the store. */
async function finishReused(root: string, id: string, outcomes: StepOutcome[]): Promise<void> {
  // It may have been cancelled meanwhile.
  if ((await loadRecord(root, id)) !== undefined) return;
  await Promise.all(
    outcomes.map(async (outcome) => {
      const place = home.step(root, id, outcome.id);
      await mkdir(place, { recursive: true });
      await writeSoon(path.join(place, "outcome.json"), outcome);
    }),
  );
  const statuses = Object.fromEntries(outcomes.map((outcome) => [outcome.id, outcome.status]));
  await writeRecord({ run: id, home: root, status: "done", statuses, failures: [] });
}
