import { existsSync } from "node:fs";
import path from "node:path";
import { home } from "../store/home.ts";

/**
 * A sentence about the store of a folder above this one, where this one has none: whoever works in a subfolder most likely
 * means that one. Null where there is none, or REPRISE_HOME says which is meant.
 */
export function storeAbove(folder: string, environment: NodeJS.ProcessEnv): string | null {
  if (environment["REPRISE_HOME"] || existsSync(home.find(folder, environment))) return null;
  for (let above = path.dirname(folder); above !== path.dirname(above); above = path.dirname(above)) {
    const store = home.find(above, environment);
    if (existsSync(home.runs(store)))
      return `There are runs in '${above}': go there, or set REPRISE_HOME='${store}'.`;
  }
  return null;
}
