import { KINDS } from "../../activities/index.ts";
import path from "node:path";
import { compile, type Compiled } from "../../compiler/compile.ts";
import { compileWithProfiles } from "../../compiler/compile-profiles.ts";
import type { ReadText } from "../../compiler/extend.ts";
import { placeOfInput } from "../../compiler/outside-kinds.ts";
import type { Layers } from "../../compiler/layers.ts";
import { fromPlan, type Counted, type PathsFrom } from "../../compiler/said-in.ts";
import { codeOfUnread } from "../../compiler/outside-error.ts";
import { NotUtf8 } from "../../core/decode.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import type { Plan } from "../../schemas/plan.ts";
import { RunError } from "../errors.ts";
import { placeElsewhere, type Elsewhere } from "../inputs.ts";
import { linkThatLeadsOut } from "./confine.ts";
import { decodeText, reader } from "./read-text.ts";

/** A recipe, and how it is changed. */
export interface RecipeChoice {
  /** Its path, as messages and the record name it. */
  file: string;
  /** What it holds, where that does not stand in such a file; or why it cannot be had. */
  bytes?: Buffer | Error;
  profile?: string;
  /** `path=value` settings. */
  settings?: readonly string[];
  /** Folder outside of which the recipe may name no file, with links followed; null for none. */
  confine?: string | null;
  /** Inputs that are not in the folder, by the path that the recipe names them by: absolute paths, which whoever runs it allows. */
  elsewhere?: Elsewhere;
  /** Gives the text of a file by its path, or throws an Error that says why not; without it, of those in the folder. */
  read?: ReadText;
  /** What the paths of its plan count from: `folder` for a run that an earlier version began. */
  pathsFrom?: PathsFrom;
}

/**
 * Reads and compiles a recipe, whose file is named from `folder`; its paths count from its own folder. What cannot be read is a diagnostic too. With `everyProfile` the
 * profiles that are not chosen are looked at as well.
 */
export function compileRecipe(
  folder: string,
  {
    file,
    bytes,
    profile,
    settings = [],
    confine = null,
    elsewhere = {},
    read = reader(folder, confine),
    pathsFrom = "recipe",
  }: RecipeChoice,
  everyProfile = false,
): Compiled {
  let text: string;
  try {
    if (bytes instanceof Error) throw bytes;
    text = bytes === undefined ? read(file) : decodeText(bytes, file);
  } catch (error) {
    return unreadable(file, error as Error);
  }
  const given = { file, text, settings, read, kinds: KINDS, pathsFrom };
  const compiled =
    everyProfile && profile === undefined
      ? compileWithProfiles(given)
      : compile({ ...given, profile: profile ?? null });
  return confine === null
    ? compiled
    : withoutInputsOutside(compiled, { folder, confine, elsewhere, file, pathsFrom });
}

/** A recipe that can be run. */
export interface Planned {
  plan: Plan;
  recipe: Layers;
  workloads: Compiled["workloads"];
  /** Its steps beside the tables of its paper; null without tables. */
  paper: Compiled["paper"];
  /** Warnings; `texts` are those that they point into, by file. */
  diagnostics: Diagnostic[];
  texts: ReadonlyMap<string, string>;
}

/** The plan of a recipe. Throws RunError (`recipe-invalid`) with every finding; warnings are errors where `strict` says so. */
export function planOf(folder: string, choice: RecipeChoice, strict = false): Planned {
  const { plan, recipe, diagnostics, texts, workloads, paper } = compileRecipe(folder, choice);
  if (plan === null || recipe === null || (strict && diagnostics.length > 0))
    throw new RunError({ why: "recipe-invalid", diagnostics, texts });
  return { plan, recipe, workloads, paper, diagnostics, texts };
}

/** Inputs that lie outside, or hold a link that leads there, are errors. */
function withoutInputsOutside(
  compiled: Compiled,
  {
    folder,
    confine,
    elsewhere,
    ...counted
  }: Counted & { folder: string; confine: string; elsewhere: Elsewhere },
): Compiled {
  const { plan, recipe } = compiled;
  if (plan === null || recipe === null) return compiled;
  const wrong = Object.entries(plan.inputs).flatMap(([name, { path: place }]) => {
    const named = fromPlan(counted, place);
    const isGiven = placeElsewhere(elsewhere, named) !== null;
    const out = isGiven ? null : linkThatLeadsOut(path.resolve(folder, named), confine);
    if (out === null) return [];
    const message = `'${path.relative(folder, out) || out}' leads out of the folder that this recipe may read (--confine).`;
    return [recipe.diagnostic("R0412", placeOfInput(recipe, counted, name), message)];
  });
  return wrong.length === 0
    ? compiled
    : { ...compiled, plan: null, diagnostics: [...compiled.diagnostics, ...wrong] };
}

function unreadable(file: string, error: Error): Compiled {
  const code = codeOfUnread(error, "R0001");
  const wrong = [error, error.cause].find((one) => one instanceof NotUtf8);
  const { line, column } = wrong?.place ?? { line: 1, column: 1 };
  const place = { file, line, column, endLine: line, endColumn: column };
  const diagnostic: Diagnostic = { code, severity: "error", message: error.message, ...place, path: "" };
  return {
    plan: null,
    diagnostics: [diagnostic],
    texts: new Map(),
    recipe: null,
    workloads: new Map(),
    outside: [],
    paper: null,
  };
}
