import type { Diagnostic } from "../../schemas/diagnostic.ts";
import { batchesThatDivide, effectiveBatches, generationsThatFill } from "./batches.ts";
import { undeclaredMetrics } from "./claims.ts";
import { checkpointIntervals } from "./checkpoints.ts";
import { differentFrames, framesThatAreCut, sharedSplits, unusedInputs } from "./data.ts";
import type { Finding, LintContext } from "./facts.ts";
import { completionLimits, shortTimeouts } from "./limits.ts";
import { samplingOfTheModel, undatedModels, unmergedAdapters, unpinnedModels } from "./models.ts";
import { papersThatDisagree, silentDifferences } from "./paper.ts";
import { passedNames } from "./passed-names.ts";
import { programTexts } from "./program-texts.ts";
import { rewardsThatAreAskedFor } from "./rewards.ts";

const RULES: ((context: LintContext) => Finding[])[] = [
  batchesThatDivide,
  generationsThatFill,
  effectiveBatches,
  checkpointIntervals,
  framesThatAreCut,
  differentFrames,
  sharedSplits,
  unusedInputs,
  completionLimits,
  shortTimeouts,
  samplingOfTheModel,
  undatedModels,
  unpinnedModels,
  unmergedAdapters,
  rewardsThatAreAskedFor,
  undeclaredMetrics,
  programTexts,
  passedNames,
  silentDifferences,
  papersThatDisagree,
];

/** What knowledge says about a valid recipe. A warning that the recipe accepts, with a reason, is not told. */
export function lint(context: LintContext): Diagnostic[] {
  const everywhere = Object.keys(context.recipe.accept ?? {});
  return RULES.flatMap((rule) => rule(context)).flatMap(({ code, step, path, message, ...more }) => {
    const accepted = [...everywhere, ...Object.keys(step?.resolved.step.accept ?? {})];
    return accepted.includes(code) ? [] : [context.layers.diagnostic(code, path, message, more)];
  });
}
