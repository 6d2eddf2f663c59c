import { createServer, type Server } from "node:net";
import type { PlanStep } from "../schemas/plan.ts";
import { findDevices, type Device } from "../host/devices.ts";
import { StepFailure } from "../core/step-failure.ts";
import type { Store } from "../store/store.ts";

/** The devices that a step asks for are in use, or another worker's; they may be free later. */
export class DevicesBusyError extends Error {}

/** Devices that are a step's alone. */
export interface Allotment {
  devices: readonly Device[];
  /** What holds them, as open files. A program that inherits these keeps its devices also after its worker was killed. */
  holds: readonly number[];
  release: () => void;
}

/** What a step gets that asks for none. */
export const NO_DEVICES: Allotment = { devices: [], holds: [], release: () => {} };

/**
 * Gives a step as many of this machine's GPUs as it asks for, the first free ones. Throws DevicesBusyError where they are in
 * use. Where nvidia-smi sees no GPU at all, none are given: whether a step can do without is for its kind to say.
 */
export async function allotDevices(
  store: Store,
  run: string,
  { id, resources: { gpu: wanted } }: PlanStep,
): Promise<Allotment> {
  if (wanted === 0) return NO_DEVICES;
  const { devices, late } = await findDevices();
  if (late !== null)
    throw new StepFailure("environment", `'${id}' asks for a GPU, but ${late}: the driver may hang.`);
  if (devices.length < wanted) {
    if ((await store.local.mostGpusOfWorkers(run)) >= wanted)
      throw new DevicesBusyError("another worker of this run has the GPUs");
    if (devices.length === 0) return NO_DEVICES;
    throw tooFewDevices(id, wanted, devices.length);
  }
  const taken: { device: Device; hold: Server }[] = [];
  const release = () => taken.forEach(({ hold }) => hold.close());
  for (const device of devices) {
    if (taken.length === wanted) break;
    const hold = await tryHold(device.uuid).catch((error: unknown) => {
      release();
      throw error;
    });
    if (hold !== null) taken.push({ device, hold });
  }
  if (taken.length < wanted) {
    release();
    throw new DevicesBusyError(`${taken.length} of this machine's ${devices.length} GPUs are free`);
  }
  return {
    devices: taken.map(({ device }) => device),
    holds: taken.map(({ hold }) => fileOf(hold)),
    release,
  };
}

/** The variables by which a program sees the devices that it was given; `none` where it was given none. */
export function visibleTo(
  { devices }: Allotment,
  none: Record<string, string>,
  environment = process.env,
): Record<string, string> {
  if (devices.length === 0) return none;
  const names = { CUDA_VISIBLE_DEVICES: devices.map(({ name }) => name).join(",") };
  // The numbers are those of nvidia-smi, unless somebody has numbered them already.
  return environment["CUDA_VISIBLE_DEVICES"] === undefined
    ? { CUDA_DEVICE_ORDER: "PCI_BUS_ID", ...names }
    : names;
}

/** That a machine has not the GPUs that a step asks for. */
export function tooFewDevices(id: string, wanted: number, found: number): StepFailure {
  const wants = wanted === 1 ? "a GPU" : `${wanted} GPUs`;
  const has = found === 0 ? "none" : `only ${found}`;
  return new StepFailure(
    "environment",
    `'${id}' asks for ${wants}, and this machine has ${has} that nvidia-smi sees and CUDA_VISIBLE_DEVICES lets through.`,
  );
}

/**
 * Holds a device against every other process of this machine, of whatever store and user; null when it is held. A name of
 * Linux's abstract sockets is free again as soon as nobody has it open, so that no file of a dead process stays.
 */
function tryHold(uuid: string): Promise<Server | null> {
  const hold = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    hold.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(null);
      else reject(error);
    });
    hold.listen({ path: `\0reprise-device-${uuid}` }, () => resolve(hold.unref()));
  });
}

/** Node has no public name for the file of a server. */
const fileOf = (hold: Server): number => (hold as unknown as { _handle: { fd: number } })._handle.fd;
