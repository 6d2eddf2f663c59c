import { Context } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import type { StepKind } from "../schemas/kinds.ts";
import type { FinishedRun } from "../schemas/plan.ts";
import { isDiskFull } from "../store/disk.ts";
import { beginWork } from "./at-work.ts";
import { runCommand } from "./command/index.ts";
import { ingestEgoSt } from "./ego-st/index.ts";
import { askOpenQuestions, evaluateApiModel } from "./evaluate/api-model.ts";
import { askLocalModel, evaluateLocalModel } from "./evaluate/local-model.ts";
import { extractFrames } from "./extract/index.ts";
import { judgeReplies } from "./judge/index.ts";
import { doNothing } from "./noop.ts";
import { buildTargets } from "./reverse-thinking/index.ts";
import { runTrainer } from "./run-trainer.ts";
import { splitDataset } from "./split/index.ts";
import { stepActivity } from "./step.ts";
import { DISK_FULL } from "./step-failure.ts";
import { synthesize } from "./synthesize/index.ts";
import { trainOnRows } from "./train.ts";
import { writeRecord } from "./write-record.ts";

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
