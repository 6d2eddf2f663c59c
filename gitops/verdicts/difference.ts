import type { Store } from "../../store/store.ts";
import { comparedOutput } from "../../schemas/compared-output.ts";
import type { VerdictDifference } from "../../schemas/gitops.ts";
import type { RunRecord, RunRecordStep } from "../../schemas/generated/run-record.ts";
import { scoredOf } from "../../record/samples-file.ts";
import { comparePaired, pairedP } from "../../verdict/statistics/paired.ts";
import { sameSamples } from "../../verdict/statistics/sample.ts";

/** A verdict beside that of the base: claims before and after, and metrics that differ, with the paired test of their samples. */
export async function differenceOf(
  store: Store,
  { against, record: before }: { against: VerdictDifference["against"]; record: RunRecord },
  after: RunRecord,
): Promise<VerdictDifference> {
  const ids = [...new Set([...before.claims, ...after.claims].map(({ id }) => id))];
  const verdictIn = ({ claims }: RunRecord, id: string) =>
    claims.find((claim) => claim.id === id)?.verdict ?? null;
  const claims = ids.map((id) => ({ id, before: verdictIn(before, id), after: verdictIn(after, id) }));
  const metrics: VerdictDifference["metrics"] = [];
  for (const step of after.steps) {
    const former = before.steps.find(({ id }) => id === step.id);
    const changed = Object.entries(step.metrics).filter(
      ([name, value]) => former?.metrics[name] !== undefined && former.metrics[name] !== value,
    );
    if (former === undefined || changed.length === 0) continue;
    const p = await pairedTest(store, former, step);
    metrics.push(
      ...changed.map(([name, value]) => ({
        ...{ name: `${step.id}.${name}`, before: former.metrics[name]!, after: value, p },
      })),
    );
  }
  return { against, claims, metrics };
}

/** p of the paired test between two runs of a step that evaluates; null where they have not the same samples, or any. */
async function pairedTest(store: Store, before: RunRecordStep, after: RunRecordStep): Promise<number | null> {
  const [first, second] = await Promise.all([before, after].map((step) => samplesOf(store, step)));
  if (first == null || second == null || !sameSamples(first, second)) return null;
  const test = comparePaired([[second, first]]);
  return test === null ? null : pairedP(test);
}

async function samplesOf(store: Store, { outputs }: RunRecordStep) {
  const types = Object.fromEntries(Object.entries(outputs).map(([name, { type }]) => [name, type]));
  const output = comparedOutput(types);
  if (output == null || Array.isArray(output)) return null;
  // What was removed from the store since, or altered, is not compared.
  return scoredOf(await store.artifacts.get(outputs[output.name]!), output.measure).catch(() => null);
}
