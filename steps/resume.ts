import { rm } from "node:fs/promises";
import { dropNewer, type Checkpoint } from "../store/checkpoints.ts";
import { differences } from "../store/works.ts";
import { StepFailure } from "../core/step-failure.ts";
import type { StepContext } from "./context.ts";

/**
 * The checkpoint that this attempt goes on from, as the recipe says, or null for a fresh start. Says in the step's events
 * what is taken, and what is not and why.
 */
export async function chooseCheckpoint(context: StepContext): Promise<Checkpoint | null> {
  const { step, key, store, events } = context;
  const { checkpoints: folder } = store.local.work(key);
  const say = (text: string) => events.write({ event: "message", text });
  const again = await choiceWasTaken(context);
  if (step.checkpoint.resume === "never" && !again) await rm(folder, { recursive: true, force: true });
  const only = await askedFor(context);
  const steps = Number(context.resumable["steps"] ?? 0);
  const { checkpoint, refused } = await store.works.newestCheckpoint({
    key,
    ...(steps > 0 ? { upTo: steps } : {}),
    ...(only === null || again ? {} : { only }),
  });
  for (const reason of refused) await say(`skipped ${reason}`);
  if (checkpoint === null) {
    if (only !== null && !again)
      throw new StepFailure(
        "data",
        `The checkpoint '${step.checkpoint.resume}' cannot be used. ${refused.join("; ") || "It is not there; 'reprise checkpoints <run>' lists them."}`,
      );
    const { about } = context;
    for (const reason of await store.works.refusedElsewhere(await store.works.list(), { key, about }))
      await say(`refused ${reason}`);
    if (refused.length > 0 || again) await say(`no checkpoint can be used: ${step.id} starts afresh`);
    // What cannot be used would stand in the way of those to come.
    await dropNewer(folder, -1);
    await takeChoice(context);
    return null;
  }
  await dropNewer(folder, checkpoint.step);
  await takeChoice(context);
  await say(`resuming ${step.id} from step ${checkpoint.step}`);
  await events.write({ event: "resumed", done: checkpoint.step });
  context.inexact.push(...checkpoint.inexact, ...changedFields(checkpoint, context));
  return checkpoint;
}

/** The recipe's choice is for the first attempt; later ones go on from what that one saved. */
async function choiceWasTaken({ store, run, step, key }: StepContext): Promise<boolean> {
  const work = await store.runs.loadWork(run, step.id);
  return work?.key === key && work.taken === step.checkpoint.resume;
}

/** Notes that the recipe's choice was followed. */
const takeChoice = ({ store, run, step, key }: StepContext): Promise<void> =>
  store.runs.saveWork(run, step.id, { key, taken: step.checkpoint.resume });

/** The folder of what a step keeps over its attempts, as the recipe chooses: what there is, or nothing. */
export async function keptFolder(context: StepContext): Promise<string> {
  const folder = context.store.local.work(context.key).checkpoints;
  if (context.step.checkpoint.resume === "never" && !(await choiceWasTaken(context)))
    await rm(folder, { recursive: true, force: true });
  await takeChoice(context);
  return folder;
}

/** The step of the checkpoint that the recipe names, if it names one. */
async function askedFor({ step, store, key, about }: StepContext): Promise<number | null> {
  const { resume } = step.checkpoint;
  const [, run, id, at] = /^(.+):(.+)@([0-9]+)$/.exec(resume) ?? [];
  if (run === undefined || id === undefined) return null;
  const work = await store.runs.loadWork(run, id);
  if (work === undefined)
    throw new StepFailure(
      "data",
      `There is no run '${run}' with a step '${id}', which 'resume: ${resume}' names.`,
    );
  if (work.key === key) return Number(at);
  const other = await store.works.about(work.key);
  const differs = other === undefined ? "" : `: ${differences(other, about)}`;
  throw new StepFailure("data", `The checkpoint '${resume}' belongs to other work${differs}.`);
}

/** A schedule that follows the number of steps has followed another one until the checkpoint. */
function changedFields({ step: at, fields }: Checkpoint, { resumable }: StepContext): string[] {
  return Object.entries(fields).flatMap(([name, before]) =>
    JSON.stringify(before) === JSON.stringify(resumable[name])
      ? []
      : [
          `resumed at step ${at} of a training with ${name} ${JSON.stringify(before)}, now ${JSON.stringify(resumable[name])}: until there its schedule was the other one`,
        ],
  );
}
