import { splitMetric } from "../schemas/metric-name.ts";
import type { PlanClaim } from "../schemas/plan.ts";
import { summarise, type Series } from "./statistics/student.ts";
import { bySeed, type Combination } from "./combinations.ts";
import { notChecked, type Judged, type Results } from "./judged.ts";

/** Judges a metric, or an expression over metrics, against the paper's number or a limit. */
export function judgeNumber(claim: PlanClaim, combinations: Combination[], results: Results): Judged {
  const what = claim.that ?? claim.metric!;
  let values: number[];
  try {
    values = combinations.map((one) => valueOf(claim, one, results));
  } catch (error) {
    return notChecked(`${what} has no value: ${error instanceof Error ? error.message : String(error)}`);
  }
  // Cells of one seed are no repetitions of each other: each seed has one value, their mean.
  const seeds = [...bySeed(combinations, values, claim.seed_key).values()].map(
    (ofOne) => summarise(ofOne).mean,
  );
  const series = summarise(seeds);
  const own = values.length === 1 ? ownInterval(claim, combinations[0]!, results) : null;
  const interval = series.interval ?? own;
  const wanted = wantedOf(claim, series, interval);
  const said = {
    ...{ paper: wanted.says, value: series.mean, interval, p: null },
    ...(seeds.length > 1 ? { unit: "seed" as const, units: seeds.length } : { unit: null, units: null }),
  };
  const because = `${what} is ${short(series.mean)}${meanOf(values, seeds, series)}; expected ${wanted.says}.`;
  const evidence = [
    ...new Set(
      combinations.flatMap(({ ids }) => Object.values(ids).flatMap((id) => evidenceOf(results, id))),
    ),
  ];
  return "lacks" in wanted
    ? { verdict: "INCONCLUSIVE", ...said, because: `${because} ${wanted.lacks}`, evidence }
    : { verdict: verdictOf(series.mean, interval, wanted), ...said, because, evidence };
}

function meanOf(values: readonly number[], seeds: readonly number[], { sd }: Series): string {
  if (values.length === 1) return "";
  const cells = values.length > seeds.length ? ` in ${values.length} cells` : "";
  return sd === null
    ? `, mean of ${values.length} cells`
    : `, mean of ${seeds.length} seeds${cells} (sd ${short(sd)})`;
}

const NO_INTERVAL = "It has no interval: one value, and none of its own.";
const short = (value: number): string => String(Number(value.toPrecision(4)));

const evidenceOf = ({ outcomes }: Results, id: string): string[] => {
  const outputs = outcomes.get(id)?.outputs ?? {};
  const metrics = outputs["metrics"]?.uri;
  return metrics === undefined ? Object.values(outputs).map(({ uri }) => uri) : [metrics];
};

function valueOf(
  { that, metric }: PlanClaim,
  { ids: one }: Combination,
  { outcomes, evaluate }: Results,
): number {
  const metricOf = (step: string, name: string) => {
    const metrics = outcomes.get(one[step] ?? step)?.metrics ?? {};
    if (!Object.hasOwn(metrics, name)) throw new Error(`'${one[step] ?? step}' gave no metric '${name}'.`);
    return metrics[name]!;
  };
  if (that !== undefined) return evaluate(that, metricOf);
  return metricOf(...splitMetric(metric!)!);
}

/** The interval that an evaluation itself gives for a metric of it. */
function ownInterval(
  { metric }: PlanClaim,
  { ids: one }: Combination,
  { outcomes }: Results,
): [number, number] | null {
  if (metric === undefined) return null;
  const [step, name] = splitMetric(metric)!;
  const metrics = outcomes.get(one[step] ?? step)?.metrics ?? {};
  const [low, high] = [metrics[`${name}_low`], metrics[`${name}_high`]];
  return low === undefined || high === undefined ? null : [low, high];
}

type Range = [number, number];
type Wanted =
  /** Our value has to lie in it. */
  | { says: string; range: Range }
  /** Our interval has to reach it, or to lie in it. */
  | { says: string; range: Range; interval: "reaches" | "lies within" }
  | { says: string; lacks: string };

function wantedOf(claim: PlanClaim, series: Series, interval: Range | null): Wanted {
  const { at_least: low, at_most: high, value, within, digitised_error: error = 0 } = claim;
  if (value === undefined) {
    const says = [
      ...(low === undefined ? [] : [`at least ${low}`]),
      ...(high === undefined ? [] : [`at most ${high}`]),
    ];
    return { says: says.join(" and "), range: [low ?? -Infinity, high ?? Infinity] };
  }
  const digitised = error === 0 ? "" : `, read from a figure to ${error}`;
  const near = (distance: number, how: string): { says: string; range: Range } => ({
    says: `${value} within ${how}${digitised}`,
    range: [value - distance - error, value + distance + error],
  });
  const { absolute, relative, sd, interval: widest, margin } = within!;
  if (widest !== undefined) {
    const says = `${value} within our 95 % interval, at most ${widest} wide${digitised}`;
    if (interval === null) return { says, lacks: NO_INTERVAL };
    const width = interval[1] - interval[0];
    return width > widest
      ? { says, lacks: `Ours is ${short(width)} wide: more data would narrow it.` }
      : { says, range: [value - error, value + error], interval: "reaches" };
  }
  if (margin !== undefined) {
    const wanted = near(margin, `a margin of ${margin}, with our whole 95 % interval`);
    return interval === null
      ? { says: wanted.says, lacks: NO_INTERVAL }
      : { ...wanted, interval: "lies within" };
  }
  if (sd !== undefined) {
    const how = `${sd} standard deviations over the seeds`;
    if (series.sd === null) return { says: `${value} within ${how}`, lacks: "One seed has no deviation." };
    return near(sd * series.sd, how);
  }
  if (relative !== undefined) return near(relative * Math.abs(value), `${short(100 * relative)} %`);
  return near(absolute ?? 0, String(absolute ?? 0));
}

function verdictOf(
  value: number,
  interval: Range | null,
  wanted: Exclude<Wanted, { lacks: string }>,
): Judged["verdict"] {
  const [low, high] = wanted.range;
  const reaches = interval !== null && interval[1] >= low && interval[0] <= high;
  const how = "interval" in wanted ? wanted.interval : null;
  if (how === "reaches") return reaches ? "REPRODUCED" : "NOT REPRODUCED";
  if (how === "lies within" && reaches)
    return interval[0] >= low && interval[1] <= high ? "REPRODUCED" : "INCONCLUSIVE";
  if (how === null && value >= low && value <= high) return "REPRODUCED";
  return reaches ? "WITHIN NOISE" : "NOT REPRODUCED";
}
