import { showDuration } from "../../core/show-duration.ts";
import type { StepPreview } from "./step-preview.ts";
import type { Store } from "../../store/store.ts";

/** What a step is expected to take, from the last time that it was made; null where it never was. */
export interface Estimate {
  seconds: number | null;
  bytes: number | null;
  gpuHours: number | null;
}

/** Nothing for a step that is reused. */
export async function estimate(store: Store, { step, action, last }: StepPreview): Promise<Estimate> {
  if (action === "reuse") return { seconds: 0, bytes: 0, gpuHours: 0 };
  const gpus = step.resources.gpu;
  if (last === null) return { seconds: null, bytes: null, gpuHours: gpus === 0 ? 0 : null };
  const digests = [...new Set(Object.values(last.outputs).map(({ digest }) => digest))];
  const sizes = await Promise.all(digests.map((digest) => store.artifacts.bytes(digest)));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return { seconds: last.seconds, bytes: bytes === 0 ? null : bytes, gpuHours: (gpus * last.seconds) / 3600 };
}

/** A sum, as text: `unknown` when nothing is known, `more than` when something is not. */
export function total(values: (number | null)[], show: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  const sum = known.reduce((all, value) => all + value, 0);
  if (known.length === values.length) return show(sum);
  return sum === 0 ? "unknown" : `more than ${show(sum)}`;
}

export const showSeconds = (seconds: number): string => showDuration(seconds, false);
