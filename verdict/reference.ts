import type { DigestsRun } from "../schemas/generated/digests.ts";
import type { RunRecord, RunRecordStep } from "../schemas/generated/run-record.ts";
import type { Reproducible } from "../schemas/plan.ts";

/** What a run gave, as a reference for others. Steps without a result are left out. */
export function digestsOf(record: RunRecord): DigestsRun {
  return {
    profile: record.recipe.profile,
    reproducible: record.reproducible?.mode ?? "fastest",
    made: record.ended,
    cpu: record.environment.cpu,
    platform: record.environment.platform,
    steps: Object.fromEntries(
      record.steps.flatMap(({ id, fingerprint, outputs }) =>
        fingerprint === null ? [] : [[id, { fingerprint, outputs: digests(outputs) }]],
      ),
    ),
  };
}

const digests = (outputs: RunRecordStep["outputs"]): Record<string, string> =>
  Object.fromEntries(Object.entries(outputs).map(([name, { digest }]) => [name, digest]));

export interface Comparison {
  /** Whether all steps of the reference gave the same bytes. */
  same: boolean;
  /** Steps of the reference, and how many of them gave the same bytes. */
  steps: number;
  equal: number;
  /** Where they differ first, and what that comes from, in a sentence. */
  because: string;
}

/**
 * Compares a run's outputs with those of a reference, byte for byte, in the reference's order. Where a step was asked otherwise
 * although it was given the same, that is the cause; else it is how this machine computes.
 */
export function compareWithReference(
  reference: DigestsRun,
  { steps, platform, mode }: { steps: RunRecordStep[]; platform: string; mode: Reproducible },
): Comparison {
  const ours = new Map(steps.map((step) => [step.id, step]));
  const asked = Object.entries(reference.steps);
  const wrong = asked.flatMap(([id, step]) => {
    const difference = differenceOf(step, ours.get(id));
    return difference === null ? [] : [{ id, difference }];
  });
  const counts = { steps: asked.length, equal: asked.length - wrong.length };
  const [first] = wrong;
  if (first === undefined)
    return {
      same: true,
      ...counts,
      because: `${counts.steps === 1 ? "The one step" : `All ${counts.steps} steps`} gave the reference's bytes.`,
    };
  const made = `The reference was made on ${reference.cpu} (${reference.platform}, ${reference.reproducible}).`;
  const because = `The first step to differ is '${first.id}': ${first.difference}. ${made}`;
  return { same: false, ...counts, because: [because, ...unpromised(reference, platform, mode)].join(" ") };
}

type Step = DigestsRun["steps"][string];

function differenceOf(wanted: Step, step: RunRecordStep | undefined): string | null {
  if (step === undefined) return "this run has no such step";
  if (step.fingerprint === null) return `it is ${step.status} here`;
  const ours = digests(step.outputs);
  const names = Object.keys({ ...wanted.outputs, ...ours });
  const other = names.filter((name) => ours[name] !== wanted.outputs[name]);
  if (other.length === 0) return null;
  const outputs = other.map((name) => `'${name}'`).join(", ");
  return step.fingerprint === wanted.fingerprint
    ? `it was asked the same and gave other bytes (${outputs})`
    : `it was asked something else (its parameters, inputs, version or libraries are others) and gave other bytes (${outputs})`;
}

/** Why equal bytes could not be expected. */
function unpromised(reference: DigestsRun, platform: string, mode: Reproducible): string[] {
  if (platform !== reference.platform)
    return [`This machine is ${platform}: equal bytes are promised among processors of one architecture.`];
  return mode === "portable" && reference.reproducible === "portable"
    ? []
    : ["Only 'reproducible: portable' promises the same bytes on another processor."];
}

/** A comparison as it is said to a person. */
export const sentenceOf = ({ same, because }: Pick<Comparison, "same" | "because">): string =>
  `Same bytes as the reference: ${same ? "yes" : "no"}. ${because}`;
