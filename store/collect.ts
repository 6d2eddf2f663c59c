import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { bytesOf } from "./artifacts.ts";
import { isHeld } from "./fence.ts";
import { loadFinished } from "./finished-steps.ts";
import { home } from "./home.ts";
import { leftoversIn } from "./leftovers.ts";
import { runsAndNeeds } from "./needs.ts";
import { removeTree, removeWhole } from "./remove.ts";
import { sizeOf } from "./walk.ts";

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
export async function collect(root: string, keep: Keep, dryRun: boolean): Promise<Collected> {
  const { runs, artifacts } = await runsAndNeeds(root);
  const open = runs.filter(({ over }) => !over).map(({ started }) => Date.parse(started));
  const leftovers = (await leftoversIn(root)).map((left) => ({ ...left, what: "leftover" as const }));
  const all = [...(await artifactsIn(root)), ...(await worksIn(root))];
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
    chosen.map(async ({ what, name, used }) => (await stat(placeOf(root, what, name))).mtimeMs === used),
  );
  const removed: Candidate[] = [...leftovers, ...chosen.filter((_, index) => untouched[index])];
  if (!dryRun) {
    await forget(root, new Set(removed.flatMap(({ what, name }) => (what === "artifact" ? [name] : []))));
    for (const { what, name } of removed)
      await (what === "leftover" ? removeTree : removeWhole)(placeOf(root, what, name));
  }
  const needed = all.filter(needs).reduce((sum, { bytes }) => sum + bytes, 0);
  const freed = removed.reduce((sum, { bytes }) => sum + bytes, 0);
  return { removed, freed, left: total - freed, needed };
}

function placeOf(root: string, what: Candidate["what"], name: string): string {
  switch (what) {
    case "artifact":
      return home.artifact(root, name);
    case "work":
      return home.work(root, name);
    case "leftover":
      return path.join(root, name);
  }
}

/** First the results that name them: a result without its artifact would look damaged. */
async function forget(root: string, digests: ReadonlySet<string>): Promise<void> {
  for (const file of await readdir(home.steps(root)).catch(() => [])) {
    const fingerprint = path.parse(file).name;
    const step = await loadFinished(root, fingerprint);
    if (step !== undefined && Object.values(step.outputs).some(({ digest }) => digests.has(digest))) {
      await rm(home.finishedStep(root, fingerprint));
    }
  }
}

async function artifactsIn(root: string): Promise<Candidate[]> {
  const names = (await readdir(home.artifacts(root)).catch(() => [])).filter((name) =>
    /^[0-9a-f]{64}$/.test(name),
  );
  return Promise.all(
    names.map(async (name) => ({
      what: "artifact" as const,
      name,
      bytes: await bytesOf(root, name),
      used: (await stat(home.artifact(root, name))).mtimeMs,
    })),
  );
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
