import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";

type Place = { file: string } | { missing: string };

/**
 * Where a dataset's videos are: by path from the dataset's folder, or from a folder of videos. The path decides. Only a bare
 * file name is looked for at any depth of the folder of videos.
 */
export async function findVideos(
  names: readonly string[],
  source: string,
  under: string | undefined,
): Promise<Map<string, Place>> {
  const folder = under ?? source;
  let index: Promise<Map<string, string[]>> | undefined;
  const named = async (name: string) => (await (index ??= filesByName(folder))).get(name) ?? [];
  const find = async (name: string): Promise<Place> => {
    if (under === undefined || name.includes("/")) {
      const file = path.join(folder, name);
      if (await exists(file)) return { file };
    } else {
      const files = await distinct(folder, await named(name));
      if (files.length === 1) return { file: path.join(folder, files[0]!) };
      if (files.length > 1) return { missing: `its name stands for several: ${files.join(", ")}` };
    }
    const like =
      (await likeness(folder, name)) ?? (under === undefined ? [] : await named(path.basename(name)));
    return {
      missing: like.length === 0 ? "it was not found" : `it was not found; there is ${like.join(", ")}`,
    };
  };
  const places = new Map<string, Place>();
  for (const name of names) places.set(name, await find(name));
  return places;
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

/** Of paths that lead to the same file, the first. */
async function distinct(folder: string, files: readonly string[]): Promise<string[]> {
  if (files.length < 2) return [...files];
  const places = await Promise.all(files.map((file) => realpath(path.join(folder, file))));
  return files.filter((_, index) => places.indexOf(places[index]!) === index);
}

/** Paths of all files under a folder, by their names. Links to folders are followed, each folder is visited once. */
async function filesByName(folder: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const visited = new Set<string>();
  const visit = async (relative: string): Promise<void> => {
    const place = await realpath(path.join(folder, relative));
    if (visited.has(place)) return;
    visited.add(place);
    const entries = await readdir(place, { withFileTypes: true });
    const linked: string[] = [];
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = path.join(relative, entry.name);
      if (entry.isDirectory()) await visit(file);
      else if (entry.isSymbolicLink()) linked.push(file);
      else note(file);
    }
    // After the folders themselves: a file that stands there is named by its own path.
    for (const file of linked) {
      const is = await stat(path.join(folder, file)).catch(() => null);
      if (is?.isDirectory() === true) await visit(file);
      else if (is !== null) note(file);
    }
  };
  const note = (file: string) => {
    const name = path.basename(file);
    found.set(name, [...(found.get(name) ?? []), file]);
  };
  await visit("");
  return found;
}

const folded = (text: string): string => text.normalize("NFC").toLowerCase();

/** What stands there under nearly the same path: other letter case, or another composition of letters. */
async function likeness(folder: string, name: string): Promise<string[] | undefined> {
  let at = "";
  for (const part of name.split("/")) {
    const entries = await readdir(path.join(folder, at)).catch(() => []);
    const like =
      entries.find((entry) => entry === part) ?? entries.find((entry) => folded(entry) === folded(part));
    if (like === undefined) return undefined;
    at = path.join(at, like);
  }
  return [`'${at}', in other letter case or composition`];
}
