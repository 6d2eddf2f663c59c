import { existsSync } from "node:fs";
import type { Store } from "../store/store.ts";

/** Whether what runs keep here can be trusted: tried with objects that are taken away again, where a store is there. */
export async function checkStore(
  store: Store,
): Promise<{ name: string; ok: boolean; found: string; advice: string }> {
  const answer = { name: "store", advice: "use another file system, or set REPRISE_HOME to a folder on one" };
  if (!existsSync(store.place)) return { ...answer, ok: true, found: `made when needed, ${store.place}` };
  const defect = await store.probe().catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined) throw error;
    return `it cannot be written (${error.code})`;
  });
  return {
    ...answer,
    ok: defect === null,
    found: defect === null ? store.place : `${store.place}, ${defect}`,
  };
}
