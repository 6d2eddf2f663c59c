import { readdir } from "node:fs/promises";
import path from "node:path";

type Place = { file: string } | { missing: string };

/** Where a dataset's videos are: by path from the dataset's folder, or by name anywhere under a folder of videos. */
export async function findVideos(
  names: readonly string[],
  source: string,
  under: string | undefined,
): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  if (under === undefined) {
    for (const name of names) places.set(name, { file: path.join(source, name) });
    return places;
  }
  const byName = new Map<string, string[]>();
  for (const entry of await readdir(under, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    byName.set(entry.name, [...(byName.get(entry.name) ?? []), path.join(entry.parentPath, entry.name)]);
  }
  for (const name of names) {
    const files = byName.get(path.basename(name)) ?? [];
    const where = files.map((file) => path.relative(under, file)).sort();
    if (files.length === 1) places.set(name, { file: files[0]! });
    else if (files.length === 0) places.set(name, { missing: "it was not found" });
    else places.set(name, { missing: `its name stands for several: ${where.join(", ")}` });
  }
  return places;
}
