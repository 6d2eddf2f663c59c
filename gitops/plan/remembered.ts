import type { Commit } from "../git/commit.ts";
import type { TreeEntry } from "../git/objects.ts";

type AboutPlace<T> = (commit: Commit, place: string, entries: readonly TreeEntry[]) => Promise<T>;

/** Finds something out of a place of a commit once: many recipes may read one data set. */
export function remembered<T>(work: AboutPlace<T>): AboutPlace<T> {
  const found = new WeakMap<Commit, Map<string, Promise<T>>>();
  return (commit, place, entries) => {
    const known = found.get(commit) ?? new Map<string, Promise<T>>();
    found.set(commit, known);
    // Of a kind some files are left out.
    const key = `${entries.length} ${place}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const now = work(commit, place, entries);
    known.set(key, now);
    now.catch(() => known.delete(key));
    return now;
  };
}
