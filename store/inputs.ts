import { digestOf } from "../core/digest.ts";
import { load, save } from "./json-objects.ts";
import { keys } from "./keys.ts";
import type { PassOver } from "./listing.ts";
import { manifestOf, type SeenFile } from "./manifest.ts";
import type { Objects } from "./objects.ts";

/** Digest of an input's content, but for what is passed over. Files that have the size and time of the last look are not read again. */
export async function digestOfInput(objects: Objects, place: string, passOver?: PassOver): Promise<string> {
  const key = keys.input(digestOf(place));
  const known = await load<SeenFile[]>(objects, key).catch(() => undefined);
  const before = Array.isArray(known) ? known : [];
  const { digest, seen } = await manifestOf(place, before, passOver);
  // Only a help: where nothing can be written, the files are read again next time.
  if (JSON.stringify(seen) !== JSON.stringify(before)) await save(objects, key, seen).catch(() => undefined);
  return digest;
}
