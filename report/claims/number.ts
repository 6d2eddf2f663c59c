import type { PlanClaim } from "../../schemas/plan.ts";
import type { Combination } from "./combinations.ts";
import { notChecked, type Judged, type Results } from "./judged.ts";
import { summarise, type Series } from "./series.ts";

/** Judges a metric, or an expression over metrics, against the paper's number or a limit. */
export function judgeNumber(claim: PlanClaim, combinations: Combination[], results: Results): Judged {
  const what = claim.that ?? claim.metric!;
  let values: number[];
  try {
    values = combinations.map((one) => valueOf(claim, one, results));
  } catch (error) {
    return notChecked(`${what} has no value: ${error instanceof Error ? error.message : String(error)}`);
  }
  const series = summarise(values);
  const interval =
    series.interval ?? (values.length === 1 ? ownInterval(claim, combinations[0]!, results) : null);
  const wanted = wantedOf(claim, series, interval);
  const seeds = values.length > 1 ? `, mean of ${values.length} (sd ${short(series.sd!)})` : "";
  const said = { paper: wanted.says, value: series.mean, interval, p: null };
  const because = `${what} is ${short(series.mean)}${seeds}; expected ${wanted.says}.`;
  const evidence = combinations.flatMap((one) => Object.values(one).flatMap((id) => evidenceOf(results, id)));
  if (wanted.range === null)
    return { verdict: "INCONCLUSIVE", ...said, because: `${because} ${wanted.lacks}`, evidence };
  return {
    verdict: verdictOf(series.mean, interval, wanted),
    ...said,
    because,
    evidence: [...new Set(evidence)],
  };
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

const evidenceOf = ({ outcomes }: Results, id: string): string[] => {
  const outputs = outcomes.get(id)?.outputs ?? {};
  const metrics = outputs["metrics"]?.uri;
  return metrics === undefined ? Object.values(outputs).map(({ uri }) => uri) : [metrics];
};

function valueOf({ that, metric }: PlanClaim, one: Combination, { outcomes, evaluate }: Results): number {
  const metricOf = (step: string, name: string) => {
    const metrics = outcomes.get(one[step] ?? step)?.metrics ?? {};
    if (!Object.hasOwn(metrics, name)) throw new Error(`'${one[step] ?? step}' gave no metric '${name}'.`);
    return metrics[name]!;
  };
  if (that !== undefined) return evaluate(that, metricOf);
  const [step, ...rest] = metric!.split(".");
  return metricOf(step!, rest.join("."));
}

/** The interval that an evaluation itself gives for a metric of it. */
function ownInterval(
  { metric }: PlanClaim,
  one: Combination,
  { outcomes }: Results,
): [number, number] | null {
  if (metric === undefined) return null;
  const [step, ...rest] = metric.split(".");
  const metrics = outcomes.get(one[step!] ?? step!)?.metrics ?? {};
  const [low, high] = [metrics[`${rest.join(".")}_low`], metrics[`${rest.join(".")}_high`]];
  return low === undefined || high === undefined ? null : [low, high];
}

type Range = [number, number];
/** The values that would reproduce the paper's; with `touching`, our interval has to reach them, instead of our value. */
type Wanted = { says: string; range: Range; touching?: true } | { says: string; range: null; lacks: string };

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
  const near = (distance: number, how: string): Wanted => ({
    says: `${value} within ${how}${digitised}`,
    range: [value - distance - error, value + distance + error],
  });
  if (within === "interval") {
    const says = `${value} within our 95 % interval${digitised}`;
    if (interval === null)
      return { says, range: null, lacks: "It has no interval: one value, and none of its own." };
    return { says, range: [value - error, value + error], touching: true };
  }
  const { absolute, relative, sd } = within ?? {};
  if (sd !== undefined) {
    const how = `${sd} standard deviations over the seeds`;
    if (series.sd === null)
      return { says: `${value} within ${how}`, range: null, lacks: "One seed has no deviation." };
    return near(sd * series.sd, how);
  }
  if (relative !== undefined) return near(relative * Math.abs(value), `${short(100 * relative)} %`);
  return near(absolute ?? 0, String(absolute ?? 0));
}

function verdictOf(
  value: number,
  interval: Range | null,
  wanted: Wanted & { range: Range },
): Judged["verdict"] {
  const [low, high] = wanted.range;
  const reaches = interval !== null && interval[1] >= low && interval[0] <= high;
  if (wanted.touching) return reaches ? "REPRODUCED" : "NOT REPRODUCED";
  if (value >= low && value <= high) return "REPRODUCED";
  return reaches ? "WITHIN NOISE" : "NOT REPRODUCED";
}
