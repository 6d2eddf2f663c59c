import type { Diagnostic } from "../../schemas/diagnostic.ts";
import { batchesThatDivide, effectiveBatches, generationsThatFill } from "./batches.ts";
import { undeclaredMetrics } from "./claims.ts";
import { checkpointIntervals } from "./checkpoints.ts";
import { differentFrames, framesThatAreCut, sharedSplits, unusedInputs } from "./data.ts";
import type { Finding, LintContext } from "./facts.ts";
import { shortTimeouts } from "./limits.ts";
import { samplingOfTheModel, undatedModels, unmergedAdapters, unpinnedModels } from "./models.ts";
import { papersThatDisagree, silentDifferences } from "./paper.ts";
import { passedNames } from "./passed-names.ts";

const RULES: ((context: LintContext) => Finding[])[] = [
  batchesThatDivide,
  generationsThatFill,
  effectiveBatches,
  checkpointIntervals,
  framesThatAreCut,
  differentFrames,
  sharedSplits,
  unusedInputs,
  shortTimeouts,
  samplingOfTheModel,
  undatedModels,
  unpinnedModels,
  unmergedAdapters,
  undeclaredMetrics,
  passedNames,
  silentDifferences,
  papersThatDisagree,
];

/** What each kind says of its own steps. */
const ofKinds = (context: LintContext): Finding[] =>
  [...context.kinds].flatMap((kind) => {
    const steps = context.steps.filter((step) => step.kind === kind);
    return steps.length === 0 ? [] : (kind.lint ?? []).flatMap((rule) => rule(steps, context));
  });

/** What knowledge says about a valid recipe. A warning that the recipe accepts, with a reason, is not told. */
export function lint(context: LintContext): Diagnostic[] {
  const everywhere = Object.keys(context.recipe.accept ?? {});
  const found = [...RULES, ofKinds].flatMap((rule) => rule(context));
  return found.flatMap(({ code, step, path, message, ...more }) => {
    const accepted = [...everywhere, ...Object.keys(step?.written.accept ?? {})];
    return accepted.includes(code) ? [] : [context.layers.diagnostic(code, path, message, more)];
  });
}
