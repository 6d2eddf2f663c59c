import path from "node:path";
import { OutsideError } from "../../compiler/outside-error.ts";
import type { Commit } from "../git/commit.ts";
import type { TreeEntry } from "../git/objects.ts";
import { remembered } from "./remembered.ts";

/** What a commit has at a path; `place` is the path without `.` and `..`. */
export type LookedUp =
  | { what: "file"; place: string; entry: TreeEntry }
  | { what: "folder"; place: string; entries: TreeEntry[] }
  | { what: "missing"; place: string };

/**
 * Looks a path up that a recipe names, counted from the top of the repository. Throws OutsideError for one that leads out of it, or by
 * way of a link or submodule: what those stand for is no content of the commit.
 */
export function lookUp(commit: Commit, named: string): LookedUp {
  const place = placeOf(named);
  const parts = place === "" ? [] : place.split("/");
  for (const depth of parts.keys()) {
    const above = parts.slice(0, depth + 1).join("/");
    const entry = commit.files.get(above);
    if (entry === undefined) continue;
    refuse(entry);
    return above === place ? { what: "file", place, entry } : { what: "missing", place };
  }
  const entries = commit.below(place);
  return entries.length === 0 ? { what: "missing", place } : { what: "folder", place, entries };
}

/** A path without `.` and `..`; empty for the top itself. Throws OutsideError for one that leads out of the repository. */
export function placeOf(named: string): string {
  const place = path.posix.normalize(named).replace(/\/$/, "");
  if (path.posix.isAbsolute(place) || place === ".." || place.startsWith("../"))
    throw new OutsideError(`'${named}' leads out of the repository.`);
  return place === "." ? "" : place;
}

/** Throws OutsideError for what is no file of the commit itself. */
export function refuse({ path: place, mode }: TreeEntry): void {
  if (mode === "link")
    throw new OutsideError(
      `'${place}' is a symbolic link. Recipes of a repository name files themselves: commit the file, or name what the link stands for.`,
      "R0711",
    );
  if (mode === "submodule")
    throw new OutsideError(
      `'${place}' is a submodule, which is not fetched. Commit the files that the recipe needs.`,
      "R0711",
    );
}

/** The largest that the pointer of Git LFS is. */
const LARGEST_POINTER = 1024;

/** The first file at a place that is only a pointer of Git LFS: its content is elsewhere. Null without one. */
export const lfsPointer = remembered(async (commit, _place, entries) => {
  const small = entries.filter(({ size }) => size >= 100 && size < LARGEST_POINTER);
  const contents = await commit.blobs(small);
  const isPointer = ({ blob }: TreeEntry) =>
    contents.get(blob)!.toString("latin1").startsWith("version https://git-lfs.github.com/spec/");
  return small.find(isPointer) ?? null;
});
