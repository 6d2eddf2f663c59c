import { load, loadIfWhole, save, saveSoon } from "./json-objects.ts";
import { keys } from "./keys.ts";
import type { Objects } from "./objects.ts";

/** What was installed, by its digest, and what programs said of themselves: helps, of which a damaged one counts as absent. */
export const environmentsIn = (objects: Objects) => ({
  load: <T>(name: string): Promise<T | undefined> =>
    load<T>(objects, keys.environment(name)).catch(() => undefined),
  loadIfWhole: <T extends object>(name: string, property: keyof T & string): Promise<T | undefined> =>
    loadIfWhole<T>(objects, keys.environment(name), property).catch(() => undefined),
  save: (name: string, value: object): Promise<void> => save(objects, keys.environment(name), value),
  /** Without waiting for the disk. */
  saveSoon: (name: string, value: object): Promise<void> => saveSoon(objects, keys.environment(name), value),
});
