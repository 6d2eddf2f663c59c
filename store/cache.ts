import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { bytesOf, verifyArtifact } from "./artifacts.ts";
import { loadFinished, type FinishedStep } from "./finished-steps.ts";
import { home } from "./home.ts";
import { runsAndNeeds } from "./needs.ts";
import { removeWhole } from "./remove.ts";

/** A result in the store, and who needs it. */
export interface CachedStep extends FinishedStep {
  id: string;
  kind: string;
  fingerprint: string;
  bytes: number;
  /** ISO time. */
  made: string;
  neededBy: string[];
}

/** Every result in the store, newest first. */
export async function listCache(root: string): Promise<CachedStep[]> {
  const files = await readdir(home.steps(root)).catch(() => []);
  const { runs } = await runsAndNeeds(root);
  const found = await Promise.all(
    files.flatMap((file) => (file.endsWith(".json") ? [readCached(root, path.parse(file).name, runs)] : [])),
  );
  return found.filter((step) => step !== null).sort((a, b) => (a.made < b.made ? 1 : -1));
}

async function readCached(
  root: string,
  fingerprint: string,
  runs: { id: string; fingerprints: ReadonlySet<string> }[],
): Promise<CachedStep | null> {
  const step = await loadFinished(root, fingerprint);
  if (step === undefined) return null;
  const { mtime } = await stat(home.finishedStep(root, fingerprint));
  const digests = [...new Set(Object.values(step.outputs).map(({ digest }) => digest))];
  const sizes = await Promise.all(digests.map((digest) => bytesOf(root, digest)));
  return {
    ...step,
    id: step.log?.split("/")[0] ?? "",
    kind: step.fields["kind"] as string,
    fingerprint,
    bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    made: mtime.toISOString(),
    neededBy: runs.filter(({ fingerprints }) => fingerprints.has(fingerprint)).map(({ id }) => id),
  };
}

export type Removal =
  | { how: "removed"; name: string }
  | { how: "unknown" }
  | { how: "live"; run: string }
  | { how: "needed"; runs: string[] };

/**
 * Removes one result by the beginning of its fingerprint, or one run by its id. A result that a run's record needs is
 * removed only by `force`, what belongs to a run that is not over never. Its artifacts go when nothing else needs them:
 * that is for the collection to decide.
 */
export async function removeFromCache(root: string, name: string, force: boolean): Promise<Removal> {
  const { runs } = await runsAndNeeds(root);
  const run = runs.find(({ id }) => id === name);
  if (run !== undefined) {
    if (!run.over) return { how: "live", run: run.id };
    const readers = await readersOf(root, run.id, runs);
    if (readers.length > 0 && !force) return { how: "needed", runs: readers };
    await removeWhole(home.run(root, run.id));
    return { how: "removed", name: `run ${run.id}` };
  }
  const names = (await readdir(home.steps(root)).catch(() => [])).flatMap(
    // Beside them may lie what an interrupted write left.
    (file) => /^([0-9a-f]{64})\.json$/.exec(file)?.[1] ?? [],
  );
  const matches = names.filter((fingerprint) => fingerprint.startsWith(name));
  if (name === "" || matches.length !== 1) return { how: "unknown" };
  const [fingerprint] = matches as [string];
  const needing = runs.filter(({ fingerprints }) => fingerprints.has(fingerprint));
  const live = needing.find(({ over }) => !over);
  if (live !== undefined) return { how: "live", run: live.id };
  if (needing.length > 0 && !force) return { how: "needed", runs: needing.map(({ id }) => id) };
  await rm(home.finishedStep(root, fingerprint));
  return { how: "removed", name: `result ${fingerprint}` };
}

/** Other runs whose records show logs and events of this one, because they reuse what it made. */
async function readersOf(
  root: string,
  run: string,
  runs: { id: string; fingerprints: ReadonlySet<string> }[],
): Promise<string[]> {
  const found = await Promise.all(
    runs.map(async ({ id, fingerprints }) => {
      if (id === run) return [];
      const steps = await Promise.all([...fingerprints].map((print) => loadFinished(root, print)));
      return steps.some((step) => step?.run === run) ? [id] : [];
    }),
  );
  return found.flat();
}

/** Reads every artifact and compares it with its digest. A damaged one is removed, so that its step runs again. */
export async function verifyCache(
  root: string,
): Promise<{ checked: number; damaged: { digest: string; defect: string }[] }> {
  const digests = (await readdir(home.artifacts(root)).catch(() => [])).filter((name) =>
    /^[0-9a-f]{64}$/.test(name),
  );
  const damaged: { digest: string; defect: string }[] = [];
  for (const digest of digests) {
    const defect = await verifyArtifact(root, digest);
    if (defect === null) continue;
    damaged.push({ digest, defect });
    // Sizes and times may look right: without it, nobody can take it for whole.
    await removeWhole(home.artifact(root, digest));
  }
  return { checked: digests.length, damaged };
}
