import type { StepOutcome } from "../schemas/plan.ts";
import { fitOutcome, type Fitted } from "./fit-outcome.ts";
import { loadIfWhole, save, saveSoon } from "./json-objects.ts";
import { keys } from "./keys.ts";
import type { Objects } from "./objects.ts";

/** What a step works with: the key of its directory, and which choice of the recipe it has followed. */
interface Work {
  key: string;
  taken: string;
}

const NOTES = ["outcome", "fields", "work"] as const;

const keyOf = (run: string, step: string, note: (typeof NOTES)[number]): string =>
  `${keys.step(run, step)}/${note}.json`;

/** What the steps of runs have noted, for later runs and for other hosts: each is written whole. */
export const notesOfSteps = (objects: Objects) => ({
  /** What a step noted at its end, as far as it can be used; undefined where it noted nothing. */
  readOutcome: (run: string, step: string): Promise<Fitted | undefined> => readOutcome(objects, run, step),
  /** The same, without what is wrong with it. */
  loadOutcome: (run: string, step: string): Promise<StepOutcome | undefined> =>
    loadOutcome(objects, run, step),
  saveOutcome: (run: string, outcome: StepOutcome): Promise<void> =>
    save(objects, keyOf(run, outcome.id, "outcome"), outcome),
  /** The same, of a run that found everything in the store: it can be found again. */
  saveReused: (run: string, outcome: StepOutcome): Promise<void> =>
    saveSoon(objects, keyOf(run, outcome.id, "outcome"), outcome),
  forgetOutcome: async (run: string, step: string): Promise<void> => {
    await objects.remove(keyOf(run, step, "outcome"));
  },
  /** Everything that decides a step's result, which a later plan compares with. */
  saveFields: (run: string, step: string, fields: Record<string, unknown>): Promise<void> =>
    saveSoon(objects, keyOf(run, step, "fields"), fields),
  loadFields: (run: string, step: string): Promise<Record<string, unknown> | undefined> =>
    loadIfWhole(objects, keyOf(run, step, "fields"), "kind"),
  saveWork: (run: string, step: string, work: Work): Promise<void> =>
    saveSoon(objects, keyOf(run, step, "work"), work),
  loadWork: (run: string, step: string): Promise<Work | undefined> =>
    loadIfWhole(objects, keyOf(run, step, "work"), "key"),
});

async function readOutcome(objects: Objects, run: string, step: string): Promise<Fitted | undefined> {
  const value = await loadIfWhole<StepOutcome>(objects, keyOf(run, step, "outcome"), "outputs");
  return value === undefined ? undefined : fitOutcome(value);
}

/** What a step of a run noted at its end, as far as it can be used. */
export const loadOutcome = async (
  objects: Objects,
  run: string,
  step: string,
): Promise<StepOutcome | undefined> => (await readOutcome(objects, run, step))?.outcome ?? undefined;

/** Puts what a run and some of its steps came to aside under a number, so that they can be done again. */
export async function setAside(
  objects: Objects,
  run: string,
  { record, steps, number }: { record: boolean; steps: readonly string[]; number: number },
): Promise<void> {
  const aside = `${keys.earlier(run)}/${number}`;
  if (record) await move(objects, keys.record(run), `${aside}/record.json`);
  for (const step of steps)
    for (const note of NOTES) await move(objects, keyOf(run, step, note), `${aside}/${step}/${note}.json`);
}

async function move(objects: Objects, from: string, to: string): Promise<void> {
  const found = await objects.read(from);
  if (found === null) return;
  await objects.write(to, found.bytes);
  await objects.remove(from);
}
