import { randomUUID } from "node:crypto";
import { createConnection } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Device } from "../../host/devices.ts";
import { allotDevices, DevicesBusyError, tooFewDevices, visibleTo } from "../../steps/allot-devices.ts";
import { openStore, type Store } from "../../store/store.ts";
import { announceWorker } from "../../store/workers.ts";
import { temporaryFolder } from "../support/folders.ts";
import { planStep } from "../support/plans.ts";

const machine = vi.hoisted(() => ({ devices: [] as unknown[], late: null as string | null }));
vi.mock("../../host/devices.ts", () => ({ findDevices: () => Promise.resolve(machine) }));

let root = "";
let store: Store;
/** GPUs that no other test has. */
const gpus = (count: number): Device[] =>
  Array.from({ length: count }, (_, number) => ({ name: String(number), uuid: `GPU-${randomUUID()}` }));
const releases: (() => void)[] = [];
const allot = async (gpu: number) => {
  const allotment = await allotDevices(
    store,
    "r",
    planStep("s", [], { resources: { cpu: 1, gpu, memoryGb: 1 } }),
  );
  releases.push(allotment.release);
  return allotment;
};
const namesOf = ({ devices }: { devices: readonly Device[] }) => devices.map(({ name }) => name);

beforeEach(() => {
  root = temporaryFolder();
  store = openStore(root);
  Object.assign(machine, { devices: gpus(3), late: null });
});
afterEach(() => {
  for (const release of releases.splice(0)) release();
});

describe("a step is given GPUs that are its alone", () => {
  test("the first free ones, as many as it asks for, each held by an open file", async () => {
    const first = await allot(1);
    const second = await allot(2);
    expect([namesOf(first), namesOf(second)]).toEqual([["0"], ["1", "2"]]);
    expect(second.holds).toHaveLength(2);
    for (const file of second.holds) expect(file).toBeGreaterThan(2);
    expect(namesOf(await allot(0))).toEqual([]);
  });

  test("none while others have them, and not some of them: they are free again when those let go", async () => {
    const first = await allot(2);
    await expect(allot(2)).rejects.toThrow("1 of this machine's 3 GPUs are free");
    await expect(allot(2)).rejects.toBeInstanceOf(DevicesBusyError);
    // What it could have had is not kept.
    expect(namesOf(await allot(1))).toEqual(["2"]);
    first.release();
    await vi.waitFor(async () => expect(namesOf(await allot(2))).toEqual(["0", "1"]));
  });

  test("whoever looks at what holds one is sent away", async () => {
    await allot(1);
    const [{ uuid }] = machine.devices as [Device];
    const socket = createConnection({ path: `\0reprise-device-${uuid}` });
    await new Promise((resolve) => socket.once("close", resolve).on("error", () => {}));
  });
});

describe("a machine with fewer than a step asks for", () => {
  test("says so, unless it has none at all: then its kind says whether it can do without", async () => {
    await expect(allot(4)).rejects.toMatchObject({
      code: "environment",
      message:
        "'s' asks for 4 GPUs, and this machine has only 3 that nvidia-smi sees and CUDA_VISIBLE_DEVICES lets through.",
    });
    machine.devices = [];
    expect(await allot(1)).toMatchObject({ devices: [], holds: [] });
    expect(tooFewDevices("s", 1, 0).message).toMatch(/^'s' asks for a GPU, and this machine has none that /);
  });

  test("leaves the step to another worker of the run that has them", async () => {
    const worker = await announceWorker(root, "r", 4);
    await expect(allot(4)).rejects.toThrow("another worker of this run has the GPUs");
    await expect(allot(5)).rejects.toThrow("asks for 5 GPUs");
    await worker.leave();
  });

  test("is not taken for one whose driver does not answer", async () => {
    Object.assign(machine, { devices: [], late: "nvidia-smi gave no answer for 20 s" });
    await expect(allot(1)).rejects.toMatchObject({
      code: "environment",
      message: "'s' asks for a GPU, but nvidia-smi gave no answer for 20 s: the driver may hang.",
    });
    expect(namesOf(await allot(0))).toEqual([]);
  });
});

test("a program sees its GPUs by name, in nvidia-smi's order unless somebody has numbered them; without any what is said for none", () => {
  const allotment = (devices: Device[]) => ({ devices, holds: [], release: () => {} });
  const two = allotment(gpus(2));
  expect(visibleTo(two, {}, {})).toEqual({ CUDA_DEVICE_ORDER: "PCI_BUS_ID", CUDA_VISIBLE_DEVICES: "0,1" });
  expect(visibleTo(two, {}, { CUDA_VISIBLE_DEVICES: "4,5" })).toEqual({ CUDA_VISIBLE_DEVICES: "0,1" });
  const none = { CUDA_VISIBLE_DEVICES: "" };
  expect(visibleTo(allotment([]), none, {})).toBe(none);
});
