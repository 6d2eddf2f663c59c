import { Context } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import type { StepKind } from "../schemas/kinds.ts";
import type { FinishedRun } from "../schemas/plan.ts";
import { isDiskFull } from "../core/disk.ts";
import { beginWork } from "../steps/at-work.ts";
import { runCommand } from "./run-command/index.ts";
import { ingestEgoSt } from "./data-ego-st/index.ts";
import { evaluateApiModel } from "./eval-mcq-api/index.ts";
import { askOpenQuestions } from "./eval-open-api/index.ts";
import { evaluateLocalModel } from "./eval-mcq/index.ts";
import { askLocalModel } from "./eval-open/index.ts";
import { extractFrames } from "./frames-extract/index.ts";
import { judgeReplies } from "./eval-judge/index.ts";
import { doNothing } from "./run-noop/index.ts";
import { buildTargets } from "./data-reverse-thinking/index.ts";
import { runTrainer } from "../programs/run-trainer.ts";
import { splitDataset } from "./data-split/index.ts";
import { stepActivity } from "../steps/step.ts";
import { DISK_FULL } from "../core/step-failure.ts";
import { synthesize } from "./data-synthesize/index.ts";
import { trainOnRows } from "../programs/train-on-rows.ts";
import { writeRecord } from "../record/write-record.ts";

/** Every kind's activity. A kind without one does not compile. */
const steps = {
  "data/synthesize": stepActivity(synthesize),
  "data/ego-st": stepActivity(ingestEgoSt),
  "data/reverse-thinking": stepActivity(buildTargets),
  "data/split": stepActivity(splitDataset),
  "frames/extract": stepActivity(extractFrames),
  "model/tiny": stepActivity(trainOnRows),
  "train/sft": stepActivity(trainOnRows),
  "model/merge": stepActivity(runTrainer),
  "train/grpo": stepActivity(trainOnRows),
  "eval/mcq": stepActivity(evaluateLocalModel),
  "eval/mcq-api": stepActivity(evaluateApiModel),
  "eval/open": stepActivity(askLocalModel),
  "eval/open-api": stepActivity(askOpenQuestions),
  "eval/judge": stepActivity(judgeReplies),
  "run/command": stepActivity(runCommand),
  "run/noop": stepActivity(doNothing),
} satisfies Record<StepKind, ReturnType<typeof stepActivity>>;

/** Noted as at work while it writes, as steps are: what is not counts as given up by this worker. A full disk is told as such. */
async function recordActivity(finished: FinishedRun): Promise<void> {
  const end = beginWork(finished.run, Context.current().info.activityId);
  try {
    await writeRecord(finished);
  } catch (error) {
    throw isDiskFull(error) ? ApplicationFailure.create({ type: "disk", message: DISK_FULL }) : error;
  } finally {
    end();
  }
}

export const activities = { ...steps, writeRecord: recordActivity };
export type Activities = typeof activities;
