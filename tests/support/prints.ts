import { KINDS } from "../../activities/index.ts";
import * as core from "../../core/fingerprint.ts";
import type { Artifact, PlanStep } from "../../schemas/plan.ts";

type Given = [step: PlanStep, inputs: Record<string, Artifact | string>, tools: core.Tools];

/** The fingerprint of a step of a built-in kind. */
export const fingerprint = (...[step, ...given]: Given): string =>
  core.fingerprint(KINDS.get(step.kind).schema, step, ...given);

/** The name of its checkpoints. */
export const resumeKey = (...[step, ...given]: Given): string =>
  core.resumeKey(KINDS.get(step.kind).schema, step, ...given);
