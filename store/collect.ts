import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { bytesOf, listArtifacts } from "./artifacts.ts";
import { isHeld } from "./fence.ts";
import { listFinished, loadFinished } from "./finished-steps.ts";
import { home } from "./home.ts";
import { keys } from "./keys.ts";
import { leftoversIn } from "./leftovers.ts";
import { runsAndNeeds } from "./needs.ts";
import type { Objects } from "./objects.ts";
import type { Opened } from "./opened.ts";
import { removeTree } from "./remove.ts";
import { sizeOf } from "./walk.ts";
import { removeWork } from "./works.ts";

/** How small, or how young, the store should become. */
export type Keep = { bytes: number } | { milliseconds: number };

const SIZES: Record<string, number> = { kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };
const DAYS: Record<string, number> = { h: 1 / 24, d: 1, w: 7 };

/** `20GB` or `30d`; null for anything else. */
export function parseKeep(text: string): Keep | null {
  const [, number, unit] = /^([0-9]+(?:\.[0-9]+)?) ?([a-z]+)$/i.exec(text.trim()) ?? [];
  if (number === undefined || unit === undefined) return null;
  const [size, days] = [SIZES[unit.toLowerCase()], DAYS[unit]];
  if (size !== undefined) return { bytes: Number(number) * size };
  return days === undefined ? null : { milliseconds: Number(number) * days * 86_400_000 };
}

interface Candidate {
  /** A leftover is what an interrupted removal or publishing left; its name is its path in the store. */
  what: "artifact" | "work" | "leftover";
  name: string;
  bytes: number;
  used: number;
}

interface Collected {
  removed: Candidate[];
  freed: number;
  left: number;
  /** Bytes that runs need. */
  needed: number;
}

/**
 * Removes artifacts and step directories that no run needs, the oldest first, and whatever an interrupted command left
 * behind. What a live run or a run's record needs is never touched.
 */
export async function collect(store: Opened, keep: Keep, dryRun: boolean): Promise<Collected> {
  const { root, objects } = store;
  const { runs, artifacts } = await runsAndNeeds(store);
  const open = runs.filter(({ over }) => !over).map(({ started }) => Date.parse(started));
  const leftovers = (await leftoversIn(root)).map((left) => ({ ...left, what: "leftover" as const }));
  const all = [...(await artifactsIn(objects)), ...(await worksIn(root))];
  // A run that is not over may go on from any step directory, and may just have made what it has not yet noted.
  const needs = ({ what, name, used }: Candidate) =>
    what === "work" ? open.length > 0 : artifacts.has(name) || open.some((started) => used >= started);
  const free = all.filter((candidate) => !needs(candidate)).sort((a, b) => a.used - b.used);
  const total = [...all, ...leftovers].reduce((sum, { bytes }) => sum + bytes, 0);
  const chosen: Candidate[] = [];
  let left = all.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const candidate of free) {
    const old = "milliseconds" in keep && candidate.used < Date.now() - keep.milliseconds;
    const tooMuch = "bytes" in keep && left > keep.bytes;
    if (!old && !tooMuch) continue;
    chosen.push(candidate);
    left -= candidate.bytes;
  }
  // A step of a run that is under way may have found one of them meanwhile.
  const untouched = await Promise.all(
    chosen.map(async (candidate) => (await usedNow(store, candidate)) === candidate.used),
  );
  const removed: Candidate[] = [...leftovers, ...chosen.filter((_, index) => untouched[index])];
  if (!dryRun) {
    await forget(objects, new Set(removed.flatMap(({ what, name }) => (what === "artifact" ? [name] : []))));
    for (const { what, name } of removed) {
      if (what === "artifact") await objects.remove(keys.artifact(name));
      else if (what === "leftover") await removeTree(path.join(root, name));
      else await removeWork(store, name);
    }
  }
  const needed = all.filter(needs).reduce((sum, { bytes }) => sum + bytes, 0);
  const freed = removed.reduce((sum, { bytes }) => sum + bytes, 0);
  return { removed, freed, left: total - freed, needed };
}

async function usedNow({ root, objects }: Opened, { what, name }: Candidate): Promise<number | undefined> {
  if (what === "artifact") return (await objects.look(keys.artifact(name)))?.changed;
  return (await stat(home.work(root, name))).mtimeMs;
}

/** First the results that name them: a result without its artifact would look damaged. */
async function forget(objects: Objects, digests: ReadonlySet<string>): Promise<void> {
  for (const fingerprint of await listFinished(objects)) {
    const step = await loadFinished(objects, fingerprint);
    if (step !== undefined && Object.values(step.outputs).some(({ digest }) => digests.has(digest)))
      await objects.remove(keys.result(fingerprint));
  }
}

async function artifactsIn(objects: Objects): Promise<Candidate[]> {
  const found = await Promise.all(
    (await listArtifacts(objects)).map(async (name) => {
      const [bytes, look] = await Promise.all([bytesOf(objects, name), objects.look(keys.artifact(name))]);
      return look === null ? [] : [{ what: "artifact" as const, name, bytes, used: look.changed }];
    }),
  );
  return found.flat();
}

/** Step directories that nobody works in: left behind by steps that failed, or that were changed. */
async function worksIn(root: string): Promise<Candidate[]> {
  const names = (await readdir(home.works(root)).catch(() => [])).filter((name) =>
    /^[0-9a-f]{64}$/.test(name),
  );
  const found = await Promise.all(
    names.map(async (name) => {
      const place = home.work(root, name);
      if (await isHeld(place)) return [];
      return [{ what: "work" as const, name, bytes: await sizeOf(place), used: (await stat(place)).mtimeMs }];
    }),
  );
  return found.flat();
}
