import os from "node:os";
import { probe } from "../activities/probe.ts";
import type { Resources } from "../schemas/plan.ts";

/** What this machine offers to steps that run at the same time. `tell` is given what could not be found out, in a sentence. */
export async function machineCapacity(tell: (sentence: string) => void): Promise<Resources> {
  const gpus = await probe("nvidia-smi", ["--list-gpus"]);
  if (gpus.late !== null) tell(`${gpus.late}: the run goes on as if there were no GPU.`);
  return {
    cpu: os.availableParallelism(),
    // One at most: a training runs in one process so far, and always on the first GPU.
    gpu: gpus.exitCode === 0 && gpus.stdout.trim() !== "" ? 1 : 0,
    memoryGb: os.totalmem() / 1e9,
  };
}
