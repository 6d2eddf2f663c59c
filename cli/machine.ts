import os from "node:os";
import { findDevices } from "../activities/devices.ts";
import type { Resources } from "../schemas/plan.ts";

/** What this machine offers to steps that run at the same time. `tell` is given what could not be found out, in a sentence. */
export async function machineCapacity(tell: (sentence: string) => void): Promise<Resources> {
  const { devices, late } = await findDevices();
  if (late !== null) tell(`${late}: the run goes on as if there were no GPU.`);
  return { cpu: os.availableParallelism(), gpu: devices.length, memoryGb: os.totalmem() / 1e9 };
}
