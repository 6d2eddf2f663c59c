import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { Digests } from "../schemas/generated/digests.ts";
import type { Plan, PlanStep, Reproducible } from "../schemas/plan.ts";
import type { ReadText } from "./extend.ts";
import type { Layers } from "./layers.ts";
import { readNamedFile, type NamedFile } from "./named-file.ts";
import { validateDigests } from "../schemas/validators.ts";

/** What the bytes of the recipe's runs may depend on: on all unless it says otherwise. */
export function reproducibleOf({ value: { reproducible } }: Layers): Reproducible {
  return reproducible === "portable" || reproducible === "deterministic" ? reproducible : "fastest";
}

/** What is pinned is how CPUs compute: a step on a GPU would break the promise without a word. */
export function checkPortable(layers: Layers, steps: readonly PlanStep[]): Diagnostic[] {
  const onGpus = steps.filter(({ resources }) => resources.gpu > 0).map(({ id }) => `'${id}'`);
  if (reproducibleOf(layers) !== "portable" || onGpus.length === 0) return [];
  const message = `'reproducible: portable' holds for steps on CPUs, and ${onGpus.join(", ")} ${onGpus.length === 1 ? "asks" : "ask"} for GPUs: those give the same bytes on one kind of GPU at most. Write 'reproducible: deterministic' for that, or take the GPUs away.`;
  return [layers.diagnostic("R0313", ["reproducible"], message)];
}

/** The digests that the recipe names as its reference; null without any. */
export const readReference = (recipe: Layers, file: string, read: ReadText): NamedFile<Digests> =>
  readNamedFile(recipe, file, read, {
    at: ["reference"],
    validate: validateDigests(),
    code: "R0314",
    called: "The reference",
    begin: "'digests: 1', 'recipe:' and 'runs:'",
  });

/** The reference of a plan: the run of its recipe and profile. Another recipe, as one that extends this one, has none. */
export function referenceOf(
  digests: Digests | null,
  file: unknown,
  { name, profile }: Plan["recipe"],
): NonNullable<Plan["reference"]> | null {
  if (digests === null || digests.recipe !== name) return null;
  const run = digests.runs.find((other) => other.profile === profile);
  return run === undefined ? null : { ...run, file: String(file) };
}
