import type { Plan } from "../../schemas/plan.ts";
import type { FinishedStep } from "../../store/finished-steps.ts";
import type { Store } from "../../store/store.ts";
import type { StartedRun } from "../../store/runs.ts";

export interface LastTime {
  /** What decided the step's result then; null if it never ran. */
  fields: Record<string, unknown> | null;
  /** Null when it did not finish, or when its result was removed. */
  finished: FinishedStep | null;
  /** Whether it ended well, whatever became of its result since. */
  ended: boolean;
}

export interface History {
  lastOf: (step: string) => Promise<LastTime>;
}

// A step that none of the newest runs had is as good as new.
const RUNS_LOOKED_AT = 20;

/**
 * What earlier runs of the same recipe and profile say about its steps, of those alone that `counts` takes. Read only as far as it is
 * asked for.
 */
export function historyOf(
  store: Store,
  { recipe }: Plan,
  counts: (started: StartedRun) => boolean = () => true,
): History {
  let runs: Promise<{ id: string; prints: () => Promise<Map<string, string | null>> }[]> | undefined;
  const find = async () => {
    const found: { id: string; prints: () => Promise<Map<string, string | null>> }[] = [];
    for (const id of await store.runs.listOf(recipe.name)) {
      const started = await store.runs.load(id);
      if (started?.request.plan.recipe.profile !== recipe.profile || !counts(started)) continue;
      let prints: Promise<Map<string, string | null>> | undefined;
      found.push({ id, prints: () => (prints ??= fingerprintsOf(store, id)) });
      if (found.length === RUNS_LOOKED_AT) break;
    }
    return found;
  };
  return {
    lastOf: async (step) => {
      runs ??= find();
      for (const { id, prints } of await runs) {
        const fields = await store.runs.loadFields(id, step);
        const print = (await prints()).get(step);
        const finished = print == null ? undefined : await store.results.load(print);
        const known = fields ?? finished?.fields;
        if (known !== undefined) return { fields: known, finished: finished ?? null, ended: print != null };
      }
      return { fields: null, finished: null, ended: false };
    },
  };
}

/** Fingerprint of each step of a run that left a record. */
async function fingerprintsOf(store: Store, run: string): Promise<Map<string, string | null>> {
  const record = await store.runs.loadRecord(run);
  return new Map((record?.steps ?? []).map(({ id, fingerprint }) => [id, fingerprint]));
}
