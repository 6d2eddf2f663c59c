import { readdirSync } from "node:fs";
import path from "node:path";
import { digestOf } from "../core/digest.ts";
import { showValue } from "../core/show-value.ts";
import { listCheckpoints } from "./checkpoints.ts";
import { isFenceFile } from "./fence.ts";
import { home } from "./home.ts";
import { loadIfWhole, saveSoon } from "./json-objects.ts";
import { keys } from "./keys.ts";
import type { Objects } from "./objects.ts";
import type { Opened } from "./opened.ts";
import { removeTree, removeWhole } from "./remove.ts";

/** Whose work a step directory holds. */
export interface About {
  recipe: string;
  step: string;
  /** Everything that decides the result. */
  fields: Record<string, unknown>;
}

/** Notes whose work a step directory holds, so that later ones can say what differs. */
export const noteWork = (objects: Objects, key: string, about: About): Promise<void> =>
  saveSoon(objects, keys.about(key), about);

/** A step directory with whose work it holds. */
export interface KnownWork {
  key: string;
  about: About;
}

/** Every step directory of the store that says whose work it holds. */
export async function listWorks(objects: Objects): Promise<KnownWork[]> {
  const names = await objects.list(keys.works);
  const found = await Promise.all(names.map(async (key) => ({ key, about: await workOf(objects, key) })));
  return found.flatMap(({ key, about }) => (about === undefined ? [] : [{ key, about }]));
}

/**
 * Checkpoints of the same step of the same recipe that do not fit, each with the fields that differ: what a researcher who
 * changed a value wants to be told before the work starts from nothing.
 */
export async function refusedElsewhere(
  objects: Objects,
  works: readonly KnownWork[],
  { key, about }: KnownWork,
): Promise<string[]> {
  const others = works.filter(
    (work) => work.key !== key && work.about.recipe === about.recipe && work.about.step === about.step,
  );
  const found = await Promise.all(
    others.map(async (other) => {
      const [newest] = await listCheckpoints(objects, other.key);
      return newest === undefined
        ? []
        : [`checkpoint-${newest.step} of an earlier try: ${differences(other.about, about)}`];
    }),
  );
  return found.flat();
}

/** Whose work a step directory holds, if that was noted. */
export const workOf = (objects: Objects, key: string): Promise<About | undefined> =>
  loadIfWhole<About>(objects, keys.about(key), "fields");

/** Whether what hosts share of a step directory is that directory itself. */
const isShared = ({ root, objects }: Opened, key: string): boolean =>
  objects.here(keys.work(key)) === home.work(root, key);

/** Removes a step directory that nobody works in. */
export async function removeWork(store: Opened, key: string): Promise<void> {
  await removeWhole(home.work(store.root, key));
  if (!isShared(store, key)) await store.objects.remove(keys.work(key));
}

/** Removes all that a step directory holds when its step is done; whoever waits for the directory finds the result in the store. */
export async function clearWork(store: Opened, key: string): Promise<void> {
  const folder = home.work(store.root, key);
  const left = readdirSync(folder).filter((name) => !isFenceFile(name));
  await Promise.all(left.map((name) => removeTree(path.join(folder, name))));
  if (!isShared(store, key)) await store.objects.remove(keys.work(key));
}

/** Which fields differ, as `learning_rate 0.001 -> 0.002`. */
export function differences({ fields: before }: About, { fields: now }: About): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const changed = names.filter(
    (name) => digestOf({ value: before[name] }) !== digestOf({ value: now[name] }),
  );
  return changed
    .map((name) => `${name.replace(/^with\./, "")} ${showValue(before[name])} -> ${showValue(now[name])}`)
    .join(", ");
}
