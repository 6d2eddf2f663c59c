import { probe } from "./probe.ts";

/** A GPU, or a part of one. */
export interface Device {
  /** As CUDA_VISIBLE_DEVICES names it for this process: a number, or the beginning of its UUID. */
  name: string;
  /** Its UUID, which is the same whoever asks. */
  uuid: string;
}

/**
 * The GPUs that this process may use, in its order: those of CUDA_VISIBLE_DEVICES, or all that nvidia-smi lists. `late` says in a
 * sentence that nvidia-smi gave no answer.
 */
export async function findDevices(
  environment = process.env,
): Promise<{ devices: Device[]; late: string | null }> {
  const { exitCode, stdout, late } = await probe("nvidia-smi", ["--list-gpus"]);
  return { devices: exitCode === 0 ? devicesOf(stdout, environment["CUDA_VISIBLE_DEVICES"]) : [], late };
}

interface Listed {
  number: string;
  uuid: string;
  /** UUIDs of its MIG devices. Where it has some, it cannot be used as a whole. */
  parts: string[];
}

/**
 * Devices by the text of `nvidia-smi --list-gpus` and by CUDA_VISIBLE_DEVICES, which is read as CUDA does: numbers, or
 * beginnings of UUIDs; what comes after the first that there is not, is not seen.
 */
export function devicesOf(listing: string, visible: string | undefined): Device[] {
  const listed: Listed[] = [];
  for (const line of listing.split("\n")) {
    const [, number, uuid] = /^GPU ([0-9]+):.*\(UUID: ([^)]+)\)/.exec(line) ?? [];
    const part = /^\s+MIG .*\(UUID: ([^)]+)\)/.exec(line)?.[1];
    if (number !== undefined && uuid !== undefined) listed.push({ number, uuid, parts: [] });
    if (part !== undefined) listed.at(-1)?.parts.push(part);
  }
  if (visible === undefined) return listed.flatMap(ownNames);
  const uuids = listed.flatMap(({ uuid, parts }) => [uuid, ...parts]);
  const found = new Map<string, Device>();
  for (const name of visible.split(",").map((text) => text.trim())) {
    const uuid = /^[0-9]+$/.test(name)
      ? listed.find(({ number }) => Number(number) === Number(name))?.uuid
      : beginningWith(name, uuids);
    if (uuid === undefined) break;
    if (!found.has(uuid)) found.set(uuid, { name, uuid });
  }
  return [...found.values()];
}

const ownNames = ({ number, uuid, parts }: Listed): Device[] =>
  parts.length === 0 ? [{ name: number, uuid }] : parts.map((part) => ({ name: part, uuid: part }));

function beginningWith(name: string, uuids: readonly string[]): string | undefined {
  const fitting = name === "" ? [] : uuids.filter((uuid) => uuid.startsWith(name));
  return fitting.length === 1 ? fitting[0] : undefined;
}
