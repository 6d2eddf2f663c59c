import { digestOf } from "../core/digest.ts";
import { readJson, writeJson } from "./files.ts";
import { home } from "./home.ts";
import type { PassOver } from "./listing.ts";
import { manifestOf, type SeenFile } from "./manifest.ts";

/** Digest of an input's content, but for what is passed over. Files that have the size and time of the last look are not read again. */
export async function digestOfInput(root: string, place: string, passOver?: PassOver): Promise<string> {
  const file = home.seenInput(root, digestOf(place));
  const known = await readJson<SeenFile[]>(file).catch(() => undefined);
  const before = Array.isArray(known) ? known : [];
  const { digest, seen } = await manifestOf(place, before, passOver);
  // Only a help: where nothing can be written, the files are read again next time.
  if (JSON.stringify(seen) !== JSON.stringify(before)) await writeJson(file, seen).catch(() => undefined);
  return digest;
}
