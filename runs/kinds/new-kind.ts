import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../../core/package-root.ts";

/** What a kind's program is written in. */
export type Language = "python" | "node";

/** The names that stand in the pattern of a new kind. */
const TITLE = "my/kind";
const TYPE = "my/table";

/**
 * Writes a kind that runs as it is into a folder, which is made; gives the names of its files, and null where something is in that
 * folder.
 */
export async function newKind(folder: string, title: string, language: Language): Promise<string[] | null> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  if (there.length > 0) return null;
  await mkdir(folder, { recursive: true });
  const pattern = path.join(packageRoot, "recipes", "new-kind", language);
  const names = (await readdir(pattern)).sort();
  const type = `${title.split("/")[0]!}/table`;
  for (const name of names) {
    const text = await readFile(path.join(pattern, name), "utf8");
    await writeFile(path.join(folder, name), text.replaceAll(TITLE, title).replaceAll(TYPE, type));
  }
  return names;
}
