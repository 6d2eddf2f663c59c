import { splitMetric } from "../schemas/metric-name.ts";
import { agreeing, counted } from "../schemas/counted.ts";
import type { RunRecordClaim } from "../schemas/generated/run-record.ts";
import type { Plan, PlanClaim } from "../schemas/plan.ts";
import { holm } from "./statistics/holm.ts";
import { bySeed, combinationsOf, type Combination } from "./combinations.ts";
import { judgeComparison } from "./comparison.ts";
import { notChecked, type Judged, type Results } from "./judged.ts";
import { judgeNumber } from "./number.ts";

/** The name of the recipe without a profile. */
const FULL = "full";

/** Judges each claim by the finished steps. */
export function judgeClaims(
  claims: readonly PlanClaim[],
  results: Results,
  correction: Plan["correction"] = "none",
): RunRecordClaim[] {
  const judged = claims.map((claim) => ({
    claim,
    counts: countsIn(claim, results.profile),
    judged: judgeSafely(claim, results),
  }));
  // What does not count is no part of what is concluded.
  const tested = judged.filter(({ counts, judged: { decide } }) => counts && decide !== undefined);
  const adjusted = correction === "holm" ? holm(tested.map(({ judged: { p } }) => p!)) : null;
  return judged.map((one) => {
    const { claim, counts } = one;
    const own = adjusted?.[tested.indexOf(one)];
    const { decide: _, ...found } =
      own === undefined ? one.judged : corrected(one.judged, own, tested.length);
    return {
      id: claim.id,
      says: claim.says ?? claim.id,
      source: claim.source ?? null,
      counts,
      ...(counts || found.verdict === "NOT CHECKED" ? found : belowTheClaim(found, results.profile)),
    };
  });
}

const corrected = (judged: Judged, p: number, tests: number): Judged => ({
  ...judged,
  p,
  verdict: judged.decide!(p),
  because: `${judged.because} p is ${judged.p!.toPrecision(2)} before Holm's correction for ${counted(tests, "test")}.`,
});

function countsIn({ counts_in: stated, value }: PlanClaim, profile: string | null): boolean {
  const profiles = stated ?? (value === undefined ? null : [FULL]);
  return profiles === null || profiles.includes(profile ?? FULL);
}

/** A number of a smaller profile is told, but nothing follows from it for the paper. */
const belowTheClaim = (judged: Judged, profile: string | null): Judged => ({
  ...judged,
  verdict: "INCONCLUSIVE",
  because: `${judged.because} This is the profile '${profile ?? FULL}', in which the claim does not count.`,
});

/** One claim that cannot be judged must not keep the others from it. */
function judgeSafely(claim: PlanClaim, results: Results): Judged {
  try {
    return judge(claim, results);
  } catch (error) {
    return notChecked(`It could not be judged: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function judge(claim: PlanClaim, results: Results): Judged {
  const combinations = combinationsOf(cellsOf(claim));
  const missing = combinations.flatMap(({ ids }) => Object.values(ids)).find((id) => !isDone(results, id));
  if (missing !== undefined) return notChecked(whyNotDone(results, missing));
  if (combinations.length === 0) return notChecked("No steps of the run go together for it.");
  const seeds = bySeed(combinations, combinations, claim.seed_key).size;
  const few = seeds < (claim.seeds ?? 1) ? seeds : null;
  const small = fewestSamples(combinations, results, claim.samples ?? 1);
  const judged =
    claim.better === undefined
      ? judgeNumber(claim, combinations, results)
      : judgeComparison(claim, combinations, results);
  if (judged.verdict === "NOT CHECKED") return judged;
  if (few !== null)
    return tooLittle(
      judged,
      `Only ${few} of the ${claim.seeds} seeds that it needs ${agreeing(few, "was", "were")} run.`,
    );
  const changed = changedModel(combinations, results);
  if (changed !== null) return tooLittle(judged, changed);
  if (small !== null)
    return tooLittle(
      judged,
      `'${small.id}' has ${counted(small.samples, "sample")}, the claim needs ${claim.samples}.`,
    );
  return judged;
}

const cellsOf = ({ cells, better, than, metric }: PlanClaim) =>
  cells ??
  Object.fromEntries(
    [better, than, metric && splitMetric(metric)?.[0]].flatMap((id) =>
      id === undefined ? [] : [[id, [{ id, matrix: {} }]]],
    ),
  );

/** The ids of the steps whose samples a claim compares. */
export const comparedSteps = (claims: readonly PlanClaim[]): Set<string> =>
  new Set(
    claims.flatMap((claim) =>
      claim.better === undefined
        ? []
        : Object.values(cellsOf(claim)).flatMap((cells) => cells.map(({ id }) => id)),
    ),
  );

function isDone({ outcomes }: Results, id: string): boolean {
  const { status = "skipped", unfit } = outcomes.get(id) ?? {};
  return unfit === undefined && (status === "done" || status === "reused");
}

function whyNotDone({ outcomes }: Results, id: string): string {
  const unfit = outcomes.get(id)?.unfit;
  return unfit === undefined
    ? `The step '${id}' gave no result.`
    : `The result of the step '${id}' cannot be read: ${unfit}.`;
}

function fewestSamples(combinations: Combination[], { outcomes, evaluated }: Results, least: number) {
  for (const id of new Set(combinations.flatMap(({ ids }) => Object.values(ids)))) {
    const samples = outcomes.get(id)?.metrics["samples"] ?? evaluated.get(id)?.samples.length;
    if (samples !== undefined && samples < least) return { id, samples };
  }
  return null;
}

/** A closed model that changed while it was asked, or since it was recorded: two models stand behind one number. */
function changedModel(combinations: Combination[], { outcomes }: Results): string | null {
  for (const id of new Set(combinations.flatMap(({ ids }) => Object.values(ids)))) {
    const { served_models: served = 1, changed = 0 } = outcomes.get(id)?.metrics ?? {};
    if (served > 1) return `The replies of '${id}' came from ${served} models.`;
    if (changed > 0)
      return `${counted(changed, "reply")} of '${id}' ${agreeing(changed, "is another than was", "are others than were")} recorded: the model changed.`;
  }
  return null;
}

const tooLittle = ({ decide: _, ...judged }: Judged, why: string): Judged => ({
  ...judged,
  verdict: "INCONCLUSIVE",
  because: `${judged.because} ${why}`,
});
