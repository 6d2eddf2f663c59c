import { HEARTBEAT_TIMEOUT_SECONDS } from "../../schemas/plan.ts";
import { numberOf, pathOf, trainingsOf, type Finding, type LintContext } from "./facts.ts";

/** Replies to the same questions that may be longer, or are cut earlier, than those that were trained. */
export function completionLimits(context: LintContext): Finding[] {
  return context.steps.flatMap((step) => {
    if (step.plan.kind !== "eval/mcq") return [];
    const training = trainingsOf(context, step).find(({ plan }) => plan.kind === "train/grpo");
    const [ours, theirs] = [
      numberOf(step, "max_completion_length"),
      training && numberOf(training, "max_completion_length"),
    ];
    if (training === undefined || ours === theirs) return [];
    const message = `A reply has at most ${ours} new tokens here and ${theirs} in '${training.plan.id}', which trained the model.`;
    const related = [
      {
        message: `'${training.plan.id}' trains with ${theirs}`,
        path: pathOf(training, "with", "max_completion_length"),
        at: "value" as const,
      },
    ];
    return [{ code: "R0509", step, path: pathOf(step, "with", "max_completion_length"), message, related }];
  });
}

/** A step that times out before its lost worker is noticed. */
export function shortTimeouts({ steps }: LintContext): Finding[] {
  return steps.flatMap((step) => {
    const { timeoutSeconds } = step.plan;
    if (timeoutSeconds >= HEARTBEAT_TIMEOUT_SECONDS) return [];
    const message = `The timeout of ${timeoutSeconds} s is shorter than the ${HEARTBEAT_TIMEOUT_SECONDS} s of silence after which a worker counts as lost: every lost worker becomes a failed step.`;
    return [{ code: "R0512", step, path: pathOf(step, "timeout"), message }];
  });
}
