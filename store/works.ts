import { readdir } from "node:fs/promises";
import path from "node:path";
import { digestOf } from "../core/digest.ts";
import { showValue } from "../core/show-value.ts";
import { listCheckpoints } from "./checkpoints.ts";
import { readJsonIfWhole, writeSoon } from "./files.ts";
import { home } from "./home.ts";
import { isRemoved } from "./remove.ts";

/** Whose work a step directory holds. */
export interface About {
  recipe: string;
  step: string;
  /** Everything that decides the result. */
  fields: Record<string, unknown>;
}

export const checkpointsOf = (root: string, key: string): string =>
  path.join(home.work(root, key), "checkpoints");

/** Notes whose work a step directory holds, so that later ones can say what differs. */
export const noteWork = (root: string, key: string, about: About): Promise<void> =>
  writeSoon(path.join(home.work(root, key), "about.json"), about);

/** A step directory with whose work it holds. */
export interface KnownWork {
  key: string;
  about: About;
}

/** Every step directory of the store that says whose work it holds. */
export async function listWorks(root: string): Promise<KnownWork[]> {
  const keys = (await readdir(home.works(root)).catch(() => [])).filter((key) => !isRemoved(key));
  const found = await Promise.all(keys.map(async (key) => ({ key, about: await workOf(root, key) })));
  return found.flatMap(({ key, about }) => (about === undefined ? [] : [{ key, about }]));
}

/**
 * Checkpoints of the same step of the same recipe that do not fit, each with the fields that differ: what a researcher who
 * changed a value wants to be told before the work starts from nothing.
 */
export async function refusedElsewhere(
  root: string,
  works: readonly KnownWork[],
  { key, about }: KnownWork,
): Promise<string[]> {
  const others = works.filter(
    (work) => work.key !== key && work.about.recipe === about.recipe && work.about.step === about.step,
  );
  const found = await Promise.all(
    others.map(async (other) => {
      const [newest] = await listCheckpoints(checkpointsOf(root, other.key));
      return newest === undefined
        ? []
        : [`checkpoint-${newest.step} of an earlier try: ${differences(other.about, about)}`];
    }),
  );
  return found.flat();
}

/** Whose work a step directory holds, if that was noted. */
export const workOf = (root: string, key: string): Promise<About | undefined> =>
  readJsonIfWhole<About>(path.join(home.work(root, key), "about.json"), "fields");

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
