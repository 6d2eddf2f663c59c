import { stat } from "node:fs/promises";
import path from "node:path";
import { placeOfInput } from "../compiler/outside-kinds.ts";
import { isLeftBehind } from "../core/outside-kind.ts";
import type { Layers } from "../compiler/layers.ts";
import type { Artifact, Plan } from "../schemas/plan.ts";
import { fromPlan, type PathsFrom } from "../compiler/said-in.ts";
import { ContentError } from "../store/listing.ts";
import { RunError } from "./errors.ts";
import type { Store } from "../store/store.ts";

/** Where inputs are that are not in a run's folder: absolute paths, by the paths that lead there from that folder. */
export type Elsewhere = Readonly<Record<string, string>>;

/** Where an input is by its path from a run's folder; null for one in the run's folder. */
export function placeElsewhere(elsewhere: Elsewhere, named: string): string | null {
  const place = path.posix.normalize(named).replace(/\/$/, "");
  return Object.hasOwn(elsewhere, place) ? elsewhere[place]! : null;
}

/** Which inputs of a plan are not there, and why. */
export async function missingInputs(plan: Plan, where: Place): Promise<Map<string, string>> {
  const found = await Promise.all(
    Object.entries(plan.inputs).map(async ([name, { type, path: place }]) => {
      const entry = await stat(placeOf(plan, where, place)).catch((error: NodeJS.ErrnoException) => error);
      if (entry instanceof Error) return [[name, whyMissing(place, entry)]] as const;
      return type === "path" || entry.isDirectory() ? [] : ([[name, `'${place}' is no folder.`]] as const);
    }),
  );
  return new Map(found.flat());
}

const whyMissing = (place: string, { code }: NodeJS.ErrnoException): string =>
  code === "EACCES" || code === "EPERM"
    ? `'${place}' may not be looked at by this user (${code}).`
    : path.isAbsolute(place)
      ? `There is no '${place}'.`
      : `There is no '${place}' in the recipe's folder.`;

/** The folder that a recipe's file is named from, and what the paths of its plan count from: its own, unless told otherwise. */
interface Place {
  folder: string;
  elsewhere?: Elsewhere;
  pathsFrom?: PathsFrom;
}

/** Absolute path of an input. */
const placeOf = (plan: Plan, where: Place, place: string): string => {
  const { elsewhere = {}, pathsFrom = "recipe" } = where;
  const named = fromPlan({ file: plan.recipe.path, pathsFrom }, place);
  return placeElsewhere(elsewhere, named) ?? path.resolve(where.folder, named);
};

/**
 * The inputs of a plan as artifacts, by the digest of their content. Throws RunError (`recipe-invalid`)
 * with each wrong one; one that is `ignored` may be missing.
 */
export async function digestInputs(
  { plan, recipe }: { plan: Plan; recipe: Layers },
  { store, ...where }: Place & { store: Store },
  ignored: readonly string[] = [],
): Promise<Record<string, Artifact>> {
  const missing = await missingInputs(plan, where);
  const counted = { file: plan.recipe.path, pathsFrom: where.pathsFrom ?? "recipe" };
  const wrong = [...missing]
    .filter(([name]) => !ignored.includes(name))
    .map(([name, why]) => recipe.diagnostic("R0401", placeOfInput(recipe, counted, name), why));
  const artifacts: Record<string, Artifact> = {};
  const kinds = new Set(Object.values(plan.kinds ?? {}).map(({ folder: named }) => named));
  for (const [name, { type, path: place, sha256 }] of Object.entries(plan.inputs)) {
    if (missing.has(name)) continue;
    const uri = placeOf(plan, where, place);
    const digest = await store.inputs
      .digest(uri, kinds.has(name) ? isLeftBehind : undefined)
      .catch((error: unknown) => {
        if (!(error instanceof ContentError)) throw error;
        const message = `'${place}' cannot be used: ${error.message}.`;
        wrong.push(recipe.diagnostic("R0401", placeOfInput(recipe, counted, name), message));
      });
    if (digest === undefined) continue;
    if (sha256 !== null && sha256 !== digest) {
      const message = `'${place}' has the digest ${digest}, not the stated one. Get the stated data, or correct the digest.`;
      wrong.push(recipe.diagnostic("R0402", ["inputs", name, "sha256"], message));
    }
    artifacts[name] = { uri, digest, type };
  }
  if (wrong.length === 0) return artifacts;
  const texts = new Map(recipe.layers.map(({ source }) => [source.file, source.text]));
  throw new RunError({ why: "recipe-invalid", diagnostics: wrong, texts });
}
