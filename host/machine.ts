import os from "node:os";
import { findDevices } from "./devices.ts";
import { wantsGpu, type Plan, type Resources } from "../schemas/plan.ts";

/**
 * What this machine offers to a plan's steps that run at the same time; GPUs are looked for only where one is wanted. `tell` is
 * given what could not be found out, in a sentence.
 */
export async function machineCapacity(plan: Plan, tell: (sentence: string) => void): Promise<Resources> {
  const { devices, late } = wantsGpu(plan) ? await findDevices() : { devices: [], late: null };
  if (late !== null) tell(`${late}: the run goes on as if there were no GPU.`);
  return { cpu: os.availableParallelism(), gpu: devices.length, memoryGb: os.totalmem() / 1e9 };
}
