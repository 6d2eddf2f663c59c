import { existsSync } from "node:fs";
import path from "node:path";
import { findStore } from "../store/store.ts";

/**
 * A sentence about the store of a folder above this one, where this one has none: whoever works in a subfolder most likely
 * means that one. Null where there is none, or REPRISE_HOME says which is meant.
 */
export function storeAbove(folder: string, environment: NodeJS.ProcessEnv): string | null {
  if (environment["REPRISE_HOME"] || existsSync(findStore(folder, environment).place)) return null;
  for (let above = path.dirname(folder); above !== path.dirname(above); above = path.dirname(above)) {
    const store = findStore(above, environment);
    if (existsSync(store.local.runs))
      return `There are runs in '${above}': go there, or set REPRISE_HOME='${store.place}'.`;
  }
  return null;
}
