import path from "node:path";
import { writeRecord } from "../../activities/write-record.ts";
import { findToolchain, toolsForFingerprint } from "../../activities/toolchain.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import type { StepOutcome } from "../../schemas/plan.ts";
import { home } from "../../store/home.ts";
import { withStoreLock } from "../../store/lock.ts";
import { loadRecord, newRunId, recordFile, saveRun, type StartedRun } from "../../store/runs.ts";
import { EXIT, UserError } from "../errors.ts";
import { currentCommit } from "../git.ts";
import { digestInputs } from "../inputs.ts";
import { machineCapacity } from "../machine.ts";
import { say, sayJson } from "../output.ts";
import { historyOf } from "../preview/history.ts";
import { previewPlan } from "../preview/preview.ts";
import { planOf, type RecipeOptions } from "../recipe-file.ts";
import { exitCodeOf, summarise } from "../summary.ts";
import { unfinishedRun } from "../unfinished.ts";
import { writable } from "../writable.ts";

interface RunOptions extends RecipeOptions {
  json?: boolean;
  new?: boolean;
}

/** Runs a recipe to its verdict. Goes on with an unfinished run; needs no server when the store has everything. */
export async function run(
  file: string,
  { json = false, new: afresh = false, ...options }: RunOptions,
): Promise<number> {
  const { plan, recipe } = await planOf(file, options);
  const root = await writable(home.find(process.cwd(), process.env));
  const inputs = await digestInputs(plan, recipe, root);
  const open = afresh ? null : await unfinishedRun(root, plan, inputs);
  const { started, outcomes } =
    open === null
      ? await withStoreLock(root, () => begin(root, plan, inputs, json))
      : { started: open, outcomes: [] };
  if (outcomes.length === plan.steps.length)
    await writeRecord({ request: started.request, status: "done", outcomes, failure: null });
  else {
    const interrupted = await execute(root, started, open !== null, outcomes, json);
    if (interrupted) return EXIT.interrupted;
  }
  return finish(root, started.request.run, json);
}

/** A new run, noted with the results that it counts on; and what is reused already. */
async function begin(
  root: string,
  plan: StartedRun["request"]["plan"],
  inputs: StartedRun["request"]["inputs"],
  json: boolean,
): Promise<{ started: StartedRun; outcomes: StepOutcome[] }> {
  const now = new Date();
  const [previews, capacity, commit] = await Promise.all([
    previewPlan(root, plan, inputs, toolsForFingerprint(), historyOf(root, plan)),
    machineCapacity(),
    currentCommit(process.cwd()),
  ]);
  for (const { step, because } of previews) {
    for (const { text } of because.filter(({ kind }) => kind === "damaged"))
      say(`${step.id} is made again: ${text}.`, json);
  }
  const started = {
    request: { run: newRunId(plan.recipe.name, plan.digest, now), home: root, plan, capacity, inputs },
    started: now.toISOString(),
    commit,
    reuses: previews.flatMap(({ action, fingerprint }) =>
      action === "reuse" && fingerprint !== null ? [fingerprint] : [],
    ),
  };
  await saveRun(root, started);
  return { started, outcomes: previews.flatMap(({ outcome }) => outcome ?? []) };
}

/** Through Temporal. Loaded only here: a run that reuses everything must start in a moment. */
async function execute(
  root: string,
  started: StartedRun,
  goesOn: boolean,
  reusable: StepOutcome[],
  json: boolean,
): Promise<boolean> {
  const { runToEnd } = await import("../run-to-end.ts");
  const { run: id, plan } = started.request;
  say(
    goesOn
      ? `Going on with run ${id}.`
      : `Run ${id}: ${plan.steps.length} steps, ${reusable.length} of them reused.`,
    json,
  );
  return runToEnd(root, started.request, findToolchain().server, json ? process.stderr : process.stdout);
}

/** Writes the report, says what came out, and gives the exit code. */
async function finish(root: string, id: string, json: boolean): Promise<number> {
  const record: RunRecord | undefined = await loadRecord(root, id);
  if (record === undefined)
    throw new UserError(
      EXIT.failed,
      `The run ${id} left no record; see ${path.join(home.run(root, id), "engine.log")}.`,
    );
  const { writeReport } = await import("../write-report.ts");
  const report = await writeReport(root, record);
  if (json) sayJson(record);
  else say(summarise(record, recordFile(root, id), report));
  return exitCodeOf(record);
}
