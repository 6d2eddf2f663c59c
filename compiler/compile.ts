import type { Kinds } from "../core/kinds.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { Recipe } from "../schemas/generated/recipe.ts";
import type { Plan } from "../schemas/plan.ts";
import { checkClaims, checkNotes } from "./check-claims.ts";
import { checkInputs } from "./check-inputs.ts";
import { checkStructure } from "./check-structure.ts";
import { digestOf } from "../core/digest.ts";
import { readChain, type ReadText } from "./extend.ts";
import { Layers } from "./layers.ts";
import { link } from "./link.ts";
import { lint } from "./lint/index.ts";
import { workloadsOf, type Workload } from "./lint/workloads.ts";
import { lower, lowerStep } from "./lower.ts";
import { besidePaper } from "./paper/beside-paper.ts";
import type { Conformity } from "./paper/conform.ts";
import { readTables } from "./paper/read-tables.ts";
import { applyProfile, applySettings, isSecret, settingName } from "./overrides.ts";
import { readOutsideKinds, type NamedKind } from "./outside-kinds.ts";
import { checkPortable, readReference, referenceOf, reproducibleOf } from "./reproducible.ts";
import { validateEnvelope, validateGroup } from "../schemas/validators.ts";
import { isMapping } from "./mapping.ts";
import { placeInPlan, type PathsFrom } from "./said-in.ts";
import { readSteps } from "./written-steps.ts";

export interface RecipeText {
  /** Path as the user gave it; for messages, the record, and the files that the recipe names. */
  file: string;
  text: string;
  profile: string | null;
  /** `path=value` settings that count most. */
  settings: readonly string[];
  read: ReadText;
  /** What the paths of its plan count from: the recipe's own folder, unless an earlier version began its run. */
  pathsFrom?: PathsFrom;
  /** The kinds that its steps may use. */
  kinds: Kinds;
}

export interface Compiled {
  /** Null when there is an error. */
  plan: Plan | null;
  /** All findings, by place. Warnings alone do not stop a run. */
  diagnostics: Diagnostic[];
  /** The texts that the recipe is made of, for printing, by file. */
  texts: Map<string, string>;
  /** The merged recipe; knows where each value comes from. Null when a text could not be read. */
  recipe: Layers | null;
  /** How much each training has to do, by step id. */
  workloads: ReadonlyMap<string, Workload>;
  /** The kinds from outside that it uses, as far as they can be read. */
  outside: readonly NamedKind[];
  /** Its steps beside the tables of its paper, as far as both can be read; null without tables. */
  paper: Conformity | null;
}

const NOTHING = { plan: null, recipe: null, workloads: new Map(), outside: [], paper: null };

/** Text to plan: parse, merge, check, resolve, lower. Pure but for `read`. All errors at once, each cause once. */
export function compile({
  file,
  text,
  profile,
  settings,
  read,
  kinds: usual,
  pathsFrom = "recipe",
}: RecipeText): Compiled {
  const chain = readChain(file, text, read);
  const texts = new Map([
    [file, text],
    ...chain.layers.map(({ source }) => [source.file, source.text] as const),
  ]);

  if (chain.layers.length === 0) return { ...NOTHING, diagnostics: sorted(chain.diagnostics), texts };
  const written = new Layers(chain.layers);
  const profiled = profile === null ? { layers: written, diagnostics: [] } : applyProfile(written, profile);
  const { layers, diagnostics: wrong } = applySettings(profiled.layers, settings);
  for (const [index, setting] of settings.entries()) {
    const dotted = setting.split("=")[0]!;
    texts.set(settingName(index), isSecret(written, dotted) ? `${dotted}=…` : setting);
  }
  const tables = readTables(layers, file, read);
  const reference = readReference(layers, file, read);
  const outside = readOutsideKinds(layers, { file, pathsFrom }, read, usual);
  const { kinds } = outside;
  for (const [name, content] of [...tables.texts, ...reference.texts, ...outside.texts])
    texts.set(name, content);
  const steps = readSteps(layers, kinds, outside.bySteps);
  const linked = link(layers, steps);
  const beside = besidePaper(layers, tables, steps, linked.steps);
  const diagnostics = [
    ...chain.diagnostics,
    ...profiled.diagnostics,
    ...wrong,
    ...checkStructure(layers, validateEnvelope(), layers.value),
    ...checkGroups(layers),
    ...checkInputs(layers),
    ...tables.diagnostics,
    ...reference.diagnostics,
    ...outside.diagnostics,
    ...steps.diagnostics,
    ...linked.diagnostics,
    ...checkClaims(layers, steps),
    ...checkNotes(layers, steps),
    ...beside.diagnostics,
  ];
  const failed = diagnostics.some(({ severity }) => severity === "error");
  const { paper } = beside;
  if (failed)
    return {
      ...NOTHING,
      ...{ diagnostics: sorted(diagnostics), texts, recipe: layers, outside: outside.named, paper },
    };
  const reproducible = reproducibleOf(layers);
  const lowered = linked.steps.map((resolved) => ({
    plan: lowerStep(kinds, resolved, reproducible),
    kind: resolved.kind!,
    path: resolved.cell.written.path,
    written: resolved.step,
    resolved,
  }));
  const recipe = layers.value as unknown as Recipe;
  const digest = digestOf([...texts.values()].join("\n"));
  const lone = lower(recipe, lowered, steps, {
    ...{ file, digest, profile },
    placed: (name, named) => placeInPlan(layers, name, named, { file, pathsFrom }),
  });
  const plan = { ...lone, reference: referenceOf(reference.value, recipe.reference, lone.recipe) };
  const context = {
    ...{ layers, kinds, recipe, steps: lowered, paper },
    byId: new Map(lowered.map((step) => [step.plan.id, step])),
  };
  diagnostics.push(...checkPortable(layers, plan.steps), ...lint(context));
  const stops = diagnostics.some(({ severity }) => severity === "error");
  return {
    ...{ plan: stops ? null : plan, diagnostics: sorted(diagnostics), texts, recipe: layers },
    workloads: workloadsOf(context),
    outside: outside.named,
    paper,
  };
}

/** Groups are checked one by one, as steps are: so that of "step or group" only the right one speaks. */
function checkGroups(layers: Layers): Diagnostic[] {
  const steps = layers.value["steps"];
  if (!isMapping(steps)) return [];
  return Object.entries(steps).flatMap(([id, value]) =>
    isMapping(value) && "steps" in value
      ? checkStructure(layers, validateGroup(), structuredClone(value), ["steps", id])
      : [],
  );
}

/** What only says that a schema was broken, where something else says why. */
const isVague = ({ code }: Diagnostic): boolean => code === "R0103" || code === "R0104" || code === "R0105";

/** By place, and each cause once: the cells of a matrix stumble over the same text, and a wrong value breaks a schema. */
export function sorted(diagnostics: Diagnostic[]): Diagnostic[] {
  const placeOf = ({ file, line, column, endLine, endColumn }: Diagnostic) =>
    [file, line, column, endLine, endColumn].join(":");
  const causes = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const key = isVague(diagnostic) ? "" : `${diagnostic.code}:${diagnostic.path}:`;
    const cause = key + placeOf(diagnostic);
    if (!causes.has(cause)) causes.set(cause, diagnostic);
  }
  const errors = [...causes.values()].filter(({ severity }) => severity === "error");
  const told = new Set(errors.filter((error) => !isVague(error)).map(placeOf));
  return [...causes.values()]
    .filter((diagnostic) => !isVague(diagnostic) || !told.has(placeOf(diagnostic)))
    .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
}
