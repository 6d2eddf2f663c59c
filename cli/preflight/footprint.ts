import { createRequire } from "node:module";
import type { Workload } from "../../compiler/lint/workloads.ts";
import type { GpuType, PlanStep } from "../../schemas/plan.ts";

/** What the preflight program says of a step: bytes, tokens, FLOPs; or why the step cannot be. */
export type Answer = { id: string } & (
  | {
      ok: true;
      counts: { total: number; trainable: number; quantised: number };
      tokens: Record<string, number>;
      phases: Record<string, Record<string, number>>;
      checkpoint: number;
      /** Bytes of a GPU beside all parts. */
      overhead: number;
      flops_per_row: number;
      /** Of the data sheet's dense bfloat16 speed. */
      share_of_speed: number;
      /** Seconds in which a row's tokens follow each other, however fast the GPU is. */
      waiting_per_row: number;
    }
  | { ok: false; message: string }
);

const GPUS = createRequire(import.meta.url)("../../schemas/gpus.json") as Record<
  GpuType,
  { memory_gb: number; tflops: number }
>;
const GB = 1e9;

export interface Footprint {
  id: string;
  gpu: GpuType;
  gpus: number;
  /** What each GPU needs at the worst moment, and has. */
  neededGb: number;
  hasGb: number;
  fits: boolean;
  checkpointGb: number;
  /** FLOPs of the whole step and the hours that they take; null where the number of rows is not known. */
  flops: number | null;
  hours: number | null;
}

/** Whether a step fits its GPUs, and about how long it takes. */
export function footprintOf(
  step: PlanStep,
  answer: Answer & { ok: true },
  workload: Workload | undefined,
): Footprint {
  const { memory_gb: hasGb, tflops } = GPUS[step.gpuType];
  const gpus = Math.max(1, step.resources.gpu);
  const most = Math.max(...Object.values(answer.phases).map((parts) => sum(Object.values(parts))));
  const rows = workload?.rowsTrained ?? null;
  const flops = rows === null ? null : rows * answer.flops_per_row;
  const secondsARow = answer.flops_per_row / (tflops * 1e12 * answer.share_of_speed) + answer.waiting_per_row;
  const neededGb = (most + answer.overhead) / GB;
  return {
    id: step.id,
    gpu: step.gpuType,
    gpus,
    neededGb,
    hasGb,
    fits: neededGb <= hasGb,
    checkpointGb: answer.checkpoint / GB,
    flops,
    hours: rows === null ? null : (rows * secondsARow) / gpus / 3600,
  };
}

export const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
