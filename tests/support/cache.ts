import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { cache as cacheHere } from "../../scripts/setup/places.mjs";

/** A cache of its own, with the uv that the set-up found: tests do not use the network. */
export function cacheIn(folder: string): string {
  const place = path.join(folder, "cache");
  mkdirSync(place);
  for (const name of readdirSync(cacheHere))
    if (name.startsWith("uv-")) symlinkSync(path.join(cacheHere, name), path.join(place, name));
  return place;
}
