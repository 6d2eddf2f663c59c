import { bytesOf, listArtifacts, verifyArtifact } from "./artifacts.ts";
import { listFinished, loadFinished, type FinishedStep } from "./finished-steps.ts";
import { home } from "./home.ts";
import { keys } from "./keys.ts";
import { runsAndNeeds } from "./needs.ts";
import type { Objects } from "./objects.ts";
import type { Opened } from "./opened.ts";
import { removeTree } from "./remove.ts";

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
export async function listCache(store: Opened): Promise<CachedStep[]> {
  const prints = await listFinished(store.objects);
  const { runs } = await runsAndNeeds(store);
  const found = await Promise.all(prints.map((print) => readCached(store.objects, print, runs)));
  return found.filter((step) => step !== null).sort((a, b) => (a.made < b.made ? 1 : -1));
}

async function readCached(
  objects: Objects,
  fingerprint: string,
  runs: { id: string; fingerprints: ReadonlySet<string> }[],
): Promise<CachedStep | null> {
  const [step, look] = await Promise.all([
    loadFinished(objects, fingerprint),
    objects.look(keys.result(fingerprint)),
  ]);
  if (step === undefined || look === null) return null;
  const digests = [...new Set(Object.values(step.outputs).map(({ digest }) => digest))];
  const sizes = await Promise.all(digests.map((digest) => bytesOf(objects, digest)));
  return {
    ...step,
    id: step.log?.split("/")[0] ?? "",
    kind: step.fields["kind"] as string,
    fingerprint,
    bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    made: new Date(look.changed).toISOString(),
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
export async function removeFromCache(store: Opened, name: string, force: boolean): Promise<Removal> {
  const { root, objects } = store;
  const { runs } = await runsAndNeeds(store);
  const run = runs.find(({ id }) => id === name);
  if (run !== undefined) {
    if (!run.over) return { how: "live", run: run.id };
    const readers = await readersOf(objects, run.id, runs);
    if (readers.length > 0 && !force) return { how: "needed", runs: readers };
    await objects.remove(keys.run(run.id));
    // Its logs and events may be this machine's alone.
    await removeTree(home.run(root, run.id));
    return { how: "removed", name: `run ${run.id}` };
  }
  const matches = (await listFinished(objects)).filter((fingerprint) => fingerprint.startsWith(name));
  if (name === "" || matches.length !== 1) return { how: "unknown" };
  const [fingerprint] = matches as [string];
  const needing = runs.filter(({ fingerprints }) => fingerprints.has(fingerprint));
  const live = needing.find(({ over }) => !over);
  if (live !== undefined) return { how: "live", run: live.id };
  if (needing.length > 0 && !force) return { how: "needed", runs: needing.map(({ id }) => id) };
  await objects.remove(keys.result(fingerprint));
  return { how: "removed", name: `result ${fingerprint}` };
}

/** Other runs whose records show logs and events of this one, because they reuse what it made. */
async function readersOf(
  objects: Objects,
  run: string,
  runs: { id: string; fingerprints: ReadonlySet<string> }[],
): Promise<string[]> {
  const found = await Promise.all(
    runs.map(async ({ id, fingerprints }) => {
      if (id === run) return [];
      const steps = await Promise.all([...fingerprints].map((print) => loadFinished(objects, print)));
      return steps.some((step) => step?.run === run) ? [id] : [];
    }),
  );
  return found.flat();
}

/** Reads every artifact and compares it with its digest. A damaged one is removed, so that its step runs again. */
export async function verifyCache(
  objects: Objects,
): Promise<{ checked: number; damaged: { digest: string; defect: string }[] }> {
  const digests = await listArtifacts(objects);
  const damaged: { digest: string; defect: string }[] = [];
  for (const digest of digests) {
    const defect = await verifyArtifact(objects, digest);
    if (defect === null) continue;
    damaged.push({ digest, defect });
    // Sizes and times may look right: without it, nobody can take it for whole.
    await objects.remove(keys.artifact(digest));
  }
  return { checked: digests.length, damaged };
}
