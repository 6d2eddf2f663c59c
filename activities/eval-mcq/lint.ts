import { generationOf } from "../../core/facts/epochs.ts";
import { numberOf, placeIn, trainingsOf } from "../../core/facts/steps.ts";
import type { Finding, RecipeFacts, StepFacts } from "../../core/kind.ts";

/** Replies to the same questions that may be longer, or are cut earlier, than those that were trained. */
export function completionLimits(steps: readonly StepFacts[], recipe: RecipeFacts): Finding[] {
  return steps.flatMap((step): Finding[] => {
    const training = trainingsOf(recipe, step).find((other) => generationOf(other) !== null);
    const [ours, theirs] = [
      numberOf(step, "max_completion_length"),
      training && numberOf(training, "max_completion_length"),
    ];
    if (training === undefined || ours === theirs) return [];
    const message = `A reply has at most ${ours} new tokens here and ${theirs} in '${training.plan.id}', which trained the model.`;
    const related = [
      {
        message: `'${training.plan.id}' trains with ${theirs}`,
        path: placeIn(training, "with", "max_completion_length"),
        at: "value" as const,
      },
    ];
    return [{ code: "R0509", step, path: placeIn(step, "with", "max_completion_length"), message, related }];
  });
}
