import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { Recipe } from "../schemas/generated/recipe.ts";
import { KIND_SCHEMAS } from "../schemas/kinds.ts";
import type { Plan } from "../schemas/plan.ts";
import { checkClaims } from "./check-claims.ts";
import { checkStructure } from "./check-structure.ts";
import { lower, lowerStep } from "./lower.ts";
import { orderSteps } from "./order.ts";
import { parse, valueOf } from "./parse.ts";
import { applyProfile } from "./profile.ts";
import { resolveReferences, type ResolvedStep } from "./references.ts";
import type { Source } from "./source.ts";
import { validateParams, validateRecipe } from "./validators.ts";

export type Compiled = { ok: true; plan: Plan } | { ok: false; diagnostics: Diagnostic[] };

export interface RecipeText {
  /** Path as the user gave it; only for messages and the record. */
  file: string;
  text: string;
  profile: string | null;
}

/** Text to plan: parse, check, resolve, lower. Pure. All errors at once, each cause once, by place. */
export function compile({ file, text, profile }: RecipeText): Compiled {
  const { source, diagnostics } = parse(file, text);
  if (diagnostics.length > 0) return failed(diagnostics);
  if (profile !== null) {
    const wrong = applyProfile(source, profile);
    if (wrong.length > 0) return failed(wrong);
  }
  const { value, diagnostics: unreadable } = valueOf(source);
  if (unreadable.length > 0) return failed(unreadable);
  const structure = checkStructure(source, validateRecipe(), value);
  const params = checkParams(source, value);
  if (structure.length + params.diagnostics.length > 0) return failed([...structure, ...params.diagnostics]);
  return link(source, value as Recipe, params.values, profile);
}

/** Checks each step's parameters against its kind, where the kind is known; defaults are written into a copy. */
function checkParams(
  source: Source,
  value: unknown,
): { values: Map<string, Record<string, unknown>>; diagnostics: Diagnostic[] } {
  const values = new Map<string, Record<string, unknown>>();
  const diagnostics: Diagnostic[] = [];
  const steps: unknown = (value as Partial<Recipe> | null)?.steps;
  if (typeof steps !== "object" || steps === null) return { values, diagnostics };
  for (const [id, step] of Object.entries(steps as Record<string, Partial<Recipe["steps"][string]> | null>)) {
    if (typeof step?.uses !== "string" || typeof step.with !== "object" || step.with === null) continue;
    if (!Object.hasOwn(KIND_SCHEMAS, step.uses)) continue;
    const copy = structuredClone(step.with);
    diagnostics.push(...checkStructure(source, validateParams(step.uses), copy, ["steps", id, "with"]));
    values.set(id, copy);
  }
  return { values, diagnostics };
}

/** References to edges, edges to an order, steps to a plan. */
function link(
  source: Source,
  recipe: Recipe,
  values: Map<string, Record<string, unknown>>,
  profile: string | null,
): Compiled {
  const diagnostics = checkClaims(source, recipe);
  const resolved = new Map<string, ResolvedStep>();
  const after = new Map<string, string[]>();
  for (const [id, step] of Object.entries(recipe.steps)) {
    const result = resolveReferences(source, recipe, id, step, values.get(id) ?? {});
    diagnostics.push(...result.diagnostics);
    resolved.set(id, result.resolved);
    const needs = step.needs ?? [];
    for (const [index, need] of needs.entries()) {
      if (Object.hasOwn(recipe.steps, need)) continue;
      diagnostics.push(
        source.diagnostic("R0201", ["steps", id, "needs", index], `There is no step '${need}'.`),
      );
    }
    const referenced = Object.values(result.resolved.inputs).flatMap((origin) =>
      origin.from === "step" ? [origin.step] : [],
    );
    after.set(id, [
      ...new Set([...referenced, ...needs.filter((need) => Object.hasOwn(recipe.steps, need))]),
    ]);
  }
  const { order, cycle } = orderSteps(after);
  if (cycle !== null) {
    const trail = cycle.map((id) => `'${id}'`).join(" waits for ");
    const related = cycle
      .slice(1, -1)
      .map((id) => ({ message: `'${id}' is part of the cycle`, path: ["steps", id] }));
    diagnostics.push(
      source.diagnostic("R0205", ["steps", cycle[0]!], `Steps wait for each other: ${trail}.`, {
        at: "key",
        related,
      }),
    );
  }
  if (diagnostics.length > 0) return failed(diagnostics);
  const steps = order.map((id) => lowerStep(id, recipe.steps[id]!, resolved.get(id)!, after.get(id)!));
  return { ok: true, plan: lower(recipe, steps, source.file, source.text, profile) };
}

function failed(diagnostics: Diagnostic[]): Compiled {
  const sorted = [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);
  return { ok: false, diagnostics: sorted };
}
