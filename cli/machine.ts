import os from "node:os";
import { execa } from "execa";
import type { Resources } from "../schemas/plan.ts";

/** What this machine offers to steps that run at the same time. */
export async function machineCapacity(): Promise<Resources> {
  const gpus = await execa("nvidia-smi", ["--list-gpus"], { reject: false });
  return {
    cpu: os.availableParallelism(),
    // One at most: a training runs in one process so far, and always on the first GPU.
    gpu: gpus.exitCode === 0 && gpus.stdout.trim() !== "" ? 1 : 0,
    memoryGb: os.totalmem() / 1e9,
  };
}
