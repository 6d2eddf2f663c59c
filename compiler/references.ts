import { KIND_SCHEMAS, type ArtifactType, type StepKind } from "../schemas/kinds.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { Recipe, RecipeStep } from "../schemas/generated/recipe.ts";
import type { Source as Origin } from "../schemas/plan.ts";
import type { Source } from "./source.ts";
import { closest } from "./suggest.ts";

const REFERENCE = /^\$\{\{\s*(.*?)\s*\}\}$/;
const STEP_OUTPUT = /^steps\.([a-z][a-z0-9_]*)\.outputs\.([a-z][a-z0-9_]*)$/;
const INPUT = /^inputs\.([a-z][a-z0-9_]*)$/;

export interface ResolvedStep {
  inputs: Record<string, Origin>;
  params: Record<string, unknown>;
}

/** Splits a step's checked parameters into artifacts, with where they come from, and plain values. */
export function resolveReferences(
  source: Source,
  recipe: Recipe,
  id: string,
  step: RecipeStep,
  values: Record<string, unknown>,
): { resolved: ResolvedStep; diagnostics: Diagnostic[] } {
  const { properties } = KIND_SCHEMAS[step.uses];
  const resolved: ResolvedStep = { inputs: {}, params: {} };
  const diagnostics: Diagnostic[] = [];
  for (const [name, value] of Object.entries(values)) {
    const accepted = properties[name]?.["x-artifact"];
    const path = ["steps", id, "with", name];
    if (accepted === undefined) {
      if (typeof value === "string" && value.includes("${{")) {
        const message = `'${name}' takes a plain value; only parameters that take an artifact take a reference.`;
        diagnostics.push(source.diagnostic("R0206", path, message));
      }
      if (!name.startsWith("x-")) resolved.params[name] = value;
      continue;
    }
    const origin = resolveOne(source, recipe, path, String(value), accepted);
    if ("code" in origin) diagnostics.push(origin);
    else resolved.inputs[name] = origin;
  }
  return { resolved, diagnostics };
}

function resolveOne(
  source: Source,
  recipe: Recipe,
  path: string[],
  text: string,
  accepted: (ArtifactType | "hub")[],
): Origin | Diagnostic {
  const inside = REFERENCE.exec(text)?.[1];
  if (inside === undefined) {
    if (accepted.includes("hub") && !text.includes("{{")) return { from: "hub", id: text };
    const hint = "Write ${{ steps.<step>.outputs.<output> }} or ${{ inputs.<input> }}.";
    return source.diagnostic("R0206", path, `'${text}' is no reference. ${hint}`);
  }
  const output = STEP_OUTPUT.exec(inside);
  if (output) return stepOutput(source, recipe, path, output[1]!, output[2]!, accepted);
  const input = INPUT.exec(inside);
  if (input) return recipeInput(source, recipe, path, input[1]!, accepted);
  const hint = "A reference is steps.<step>.outputs.<output> or inputs.<input>.";
  return source.diagnostic("R0206", path, `'${inside}' is no reference. ${hint}`);
}

function stepOutput(
  source: Source,
  recipe: Recipe,
  path: string[],
  step: string,
  output: string,
  accepted: (ArtifactType | "hub")[],
): Origin | Diagnostic {
  const kind: StepKind | undefined = Object.hasOwn(recipe.steps, step) ? recipe.steps[step]?.uses : undefined;
  if (kind === undefined) return unknown(source, "R0201", path, "step", step, Object.keys(recipe.steps));
  const outputs = KIND_SCHEMAS[kind]["x-outputs"];
  const type = Object.hasOwn(outputs, output) ? outputs[output] : undefined;
  if (type === undefined) {
    return unknown(source, "R0202", path, `output of '${step}' (${kind})`, output, Object.keys(outputs));
  }
  if (!accepted.includes(type)) {
    const message = `'${path.at(-1)}' takes ${accepted.join(" or ")}, but '${output}' of '${step}' is ${type}.`;
    return source.diagnostic("R0204", path, message, {
      related: [{ message: `'${step}' is of kind ${kind}`, path: ["steps", step] }],
    });
  }
  return { from: "step", step, output };
}

function recipeInput(
  source: Source,
  recipe: Recipe,
  path: string[],
  name: string,
  accepted: (ArtifactType | "hub")[],
): Origin | Diagnostic {
  const inputs = recipe.inputs ?? {};
  const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  if (input === undefined) return unknown(source, "R0203", path, "input", name, Object.keys(inputs));
  if (!accepted.includes(input.type)) {
    const message = `'${path.at(-1)}' takes ${accepted.join(" or ")}, but the input '${name}' is ${input.type}.`;
    return source.diagnostic("R0204", path, message, {
      related: [{ message: `'${name}' is declared here`, path: ["inputs", name] }],
    });
  }
  return { from: "input", input: name };
}

function unknown(
  source: Source,
  code: "R0201" | "R0202" | "R0203",
  path: string[],
  what: string,
  name: string,
  known: string[],
): Diagnostic {
  const near = closest(name, known);
  const hint = near === undefined ? `There is: ${known.join(", ") || "none"}.` : `Did you mean '${near}'?`;
  return source.diagnostic(
    code,
    path,
    `There is no ${what} '${name}'. ${hint}`,
    near === undefined ? {} : { suggestion: near },
  );
}
