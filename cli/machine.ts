import os from "node:os";
import { findDevices } from "../activities/devices.ts";
import type { Resources } from "../schemas/plan.ts";

/** What this machine offers to steps that run at the same time. */
export const machineCapacity = async (): Promise<Resources> => ({
  cpu: os.availableParallelism(),
  gpu: (await findDevices()).length,
  memoryGb: os.totalmem() / 1e9,
});
