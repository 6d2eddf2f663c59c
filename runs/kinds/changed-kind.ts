import { showValue } from "../../core/show-value.ts";
import { changedFiles } from "../../outside/content.ts";
import type { Store } from "../../store/store.ts";

// More are no help.
const MOST_FILES = 4;

/** A kind's folder that had another content: as its recipe names it, where it stands, and both digests. */
export interface ChangedKind {
  folder: string;
  place: string;
  from: unknown;
  to: unknown;
}

/** Which files of the folder are other ones, in words: `kind ./kinds/x changed: main.py`. */
export async function tellChangedKind(
  store: Store,
  { folder, place, from, to }: ChangedKind,
): Promise<string> {
  const files = (await changedFiles(store, String(from), place)) ?? [];
  const more = files.length > MOST_FILES ? `, and ${files.length - MOST_FILES} more` : "";
  const shown =
    files.length === 0
      ? `sha256 ${showValue(from)} -> ${showValue(to)}`
      : `${files.slice(0, MOST_FILES).join(", ")}${more}`;
  return `kind ${folder} changed: ${shown}`;
}
