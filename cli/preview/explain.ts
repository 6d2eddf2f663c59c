import { showDuration } from "../../core/show-duration.ts";
import { describeSource } from "../../compiler/parameter.ts";
import { showValue } from "../../core/show-value.ts";
import type { StepPreview } from "../../runs/preview/step-preview.ts";

/** All that is known of what would happen with one step. */
export function explain(
  { step, action, because, fingerprint, fields, resumeFrom, refused, last }: StepPreview,
  all: StepPreview[],
): string {
  const head = action === "resume" ? `RESUME from step ${resumeFrom}` : action.toUpperCase();
  const reasons = because.map(({ text }) => `  because ${text}`);
  const waits = step.after.map(
    (id) => `  after ${id}: ${all.find((other) => other.step.id === id)?.action ?? "unknown"}`,
  );
  const decides = Object.entries(
    fields ?? Object.fromEntries(Object.entries(step.params).map(([name, value]) => [`with.${name}`, value])),
  );
  return [
    `${step.id} (${step.kind}): ${head}`,
    ...(action === "reuse" && because.length === 0 ? ["  because the store has its result"] : reasons),
    ...waits,
    ...refused.map((text) => `  a checkpoint cannot be used: ${text}`),
    ...(last === null ? [] : [`  last made by the run ${last.run}, in ${showDuration(last.seconds)}`]),
    `  fingerprint ${fingerprint ?? "not known before its inputs are"}`,
    "  decided by:",
    ...decides.map(([name, value]) => `    ${name}: ${showValue(value)}`),
    ...Object.entries(step.inputs).map(
      ([name, source]) => `    with.${name} comes from ${describeSource(source)}`,
    ),
  ].join("\n");
}
