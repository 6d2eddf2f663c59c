import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stopServer } from "../../engine/stop-server.ts";
import { beginRun, type Beginning, type Begun } from "../../runs/begin.ts";
import { planOf } from "../../runs/recipe/compile-recipe.ts";
import { afterwards } from "./folders.ts";
import { openStore } from "../../store/store.ts";

/** A step of `run/command` that runs a line of shell. */
export const shell = (script: string, more: object = {}): object => ({
  uses: "run/command",
  with: { argv: ["sh", "-c", script], ...more },
});

/** A folder with a recipe `r.yaml`, made if need be. */
export function folderWith(folder: string, steps: Record<string, object>, more: object = {}): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "r.yaml"), JSON.stringify({ recipe: 1, name: "inside", ...more, steps }));
  return folder;
}

/** Begins a run of a folder's recipe without the command line. */
export const begin = (root: string, folder: string, more: Partial<Beginning> = {}): Promise<Begun> =>
  beginRun(openStore(root), { ...planOf(folder, { file: "r.yaml" }), folder, ...more });

/** Ends a store's server when the test, or the file's tests, are over. */
export function stopStoreAfterwards(root: string): void {
  afterwards(() => stopServer(openStore(root)));
}

/** Waits until something is so. */
export async function until(so: () => boolean, milliseconds = 30_000): Promise<void> {
  for (let waited = 0; !so(); waited += 50) {
    if (waited > milliseconds) throw new Error("it did not come to be");
    await sleep(50);
  }
}
