import { placeIn, trainingsOf } from "../../core/facts/steps.ts";
import type { Finding, RecipeFacts, StepFacts } from "../../core/kind.ts";

// Rewards that read only the answer tag: all that there are.
const OF_THE_TAG = new Set(["accuracy", "format"]);

/**
 * Rewards that a model cannot earn by doing as it is asked: all weights are 0, or they read the answer tag, the prompt asks
 * for none, and no training before has taught it. All targets of trainings have the tag.
 */
export function rewardsThatAreAskedFor(steps: readonly StepFacts[], recipe: RecipeFacts): Finding[] {
  return steps.flatMap((step): Finding[] => {
    const { params } = step.plan;
    const rewards = Object.entries(params["rewards"] as Record<string, number>);
    if (rewards.every(([, weight]) => weight === 0)) {
      const message =
        "Every weight in 'rewards' is 0: all completions earn the same, and nothing can be learnt. Give one that is not 0.";
      return [{ code: "R0516", step, path: placeIn(step, "with", "rewards"), message }];
    }
    if (params["prompt"] === "tags" || trainingsOf(recipe, step).length > 0) return [];
    const names = rewards.flatMap(([name, weight]) => (weight === 0 ? [] : [name]));
    if (!names.every((name) => OF_THE_TAG.has(name))) return [];
    const message = `The prompt '${String(params["prompt"])}' does not ask for an answer tag, and the rewards (${names.join(", ")}) read nothing else: a model that does as it is asked earns 0. Set 'prompt: tags', or train the model to answer in the tag before.`;
    return [{ code: "R0516", step, path: placeIn(step, "with", "prompt"), message }];
  });
}
