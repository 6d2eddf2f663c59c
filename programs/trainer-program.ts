import { PYTHON_ENVIRONMENT } from "../host/toolchain.ts";
import { pinsOf } from "../host/portable.ts";
import type { PlanStep } from "../schemas/plan.ts";
import { visibleTo, type Allotment } from "../steps/allot-devices.ts";

/**
 * glibc's malloc gives the memory of each tensor of over 128 kB back to the system, which costs a page fault for every 4 kB
 * when the next one is made: an eighth of a GRPO step on a CPU. 32 MB is the largest threshold that it takes.
 */
export const ALLOCATION = {
  MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(256 * 2 ** 20),
  MALLOC_TOP_PAD_: String(16 * 2 ** 20),
};

type Trained = Pick<PlanStep, "processes" | "reproducible" | "inputs">;

/** CPU threads of each process of a training. */
export const threadsOfEach = ({ processes }: Pick<PlanStep, "processes">, threads: number): number =>
  Math.max(1, Math.floor(threads / processes));

/** Variables of a trainer's processes, on top of what every program gets, and without its secrets. */
export function trainerEnvironment(
  step: Trained,
  threads: number,
  allotment: Allotment,
): Record<string, string> {
  const perProcess = String(threadsOfEach(step, threads));
  const online = Object.values(step.inputs).some(({ from }) => from === "hub");
  return {
    ...PYTHON_ENVIRONMENT,
    ...pinsOf(step.reproducible),
    PYTHONUNBUFFERED: "1",
    // Sets must not come in another order in another process.
    PYTHONHASHSEED: "0",
    OMP_NUM_THREADS: perProcess,
    MKL_NUM_THREADS: perProcess,
    // NumPy's own and Arrow's would be there before any work: such a process cannot be forked (warm/).
    OPENBLAS_NUM_THREADS: process.env["OPENBLAS_NUM_THREADS"] ?? "1",
    JE_ARROW_MALLOC_CONF: "background_thread:false",
    // Threads that spin for long while they wait make a step ten times slower where others want the cores too.
    GOMP_SPINCOUNT: process.env["GOMP_SPINCOUNT"] ?? "10000",
    ...ALLOCATION,
    TOKENIZERS_PARALLELISM: "false",
    // A trainer takes all that it sees.
    ...visibleTo(allotment, { CUDA_VISIBLE_DEVICES: "" }),
    // With everything local, nothing may be looked up on a hub.
    ...(online ? {} : { HF_HUB_OFFLINE: "1" }),
  };
}
