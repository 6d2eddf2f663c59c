import path from "node:path";
import { findStore, type Store } from "../store/store.ts";

/** The store that commands in this folder use. One of a folder above is named on standard error: it may not be what was meant. */
export function storeHere(): Store {
  const store = findStore(process.cwd(), process.env);
  const above = path.dirname(store.place);
  if (!process.env["REPRISE_HOME"] && above !== process.cwd())
    process.stderr.write(`Using the store '${path.relative(process.cwd(), store.place)}'.\n`);
  return store;
}
