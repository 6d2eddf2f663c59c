import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import pLimit from "p-limit";

// One after the other, each would wait for a thread.
const LOOKED_FOR_TOGETHER = 32;

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
  const byName = () => (index ??= filesByName(folder));
  const find = async (name: string): Promise<Place> => {
    if (under !== undefined && !name.includes("/")) return atAnyDepth(folder, await byName(), name);
    const file = path.join(folder, name);
    if (await exists(file)) return { file };
    const like = await likeness(folder, name);
    if (like !== undefined) return notFound([like], LIKE);
    return notFound(under === undefined ? [] : ((await byName()).get(path.basename(name)) ?? []));
  };
  const limit = pLimit(LOOKED_FOR_TOGETHER);
  return new Map(
    await Promise.all(names.map((name) => limit(async () => [name, await find(name)] as const))),
  );
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

const LIKE = ", in other letter case or composition";

function notFound(there: readonly string[], how = ""): Place {
  if (there.length === 0) return { missing: "it was not found" };
  return { missing: `it was not found; there is ${there.map((file) => `'${file}'`).join(", ")}${how}` };
}

/** A bare file name's place: it must stand for one file. */
async function atAnyDepth(folder: string, byName: Map<string, string[]>, name: string): Promise<Place> {
  const files = byName.get(name);
  if (files === undefined) {
    const like = [...byName.keys()].filter((other) => folded(other) === folded(name));
    return notFound(
      like.flatMap((other) => byName.get(other)!),
      LIKE,
    );
  }
  // Several paths may lead to the same file.
  const places = await Promise.all(files.map((file) => realpath(path.join(folder, file))));
  if (new Set(places).size === 1) return { file: path.join(folder, files[0]!) };
  return { missing: `its name stands for several: ${files.join(", ")}` };
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

/** What stands there under nearly the same path. */
async function likeness(folder: string, name: string): Promise<string | undefined> {
  let at = "";
  for (const part of name.split("/")) {
    const entries = await readdir(path.join(folder, at)).catch(() => []);
    const same = entries.find((entry) => entry === part);
    const like = same ?? entries.find((entry) => folded(entry) === folded(part));
    if (like === undefined) return undefined;
    at = path.join(at, like);
  }
  return at;
}
