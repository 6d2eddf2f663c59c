import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { Recipe, RecipeStep } from "../schemas/generated/recipe.ts";
import type { Source } from "./source.ts";
import { closest } from "./suggest.ts";

/** Claims must name steps of the recipe, and deviations parameters of their step. */
export function checkClaims(source: Source, recipe: Recipe): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const known = Object.keys(recipe.steps);
  for (const [index, claim] of (recipe.claims ?? []).entries()) {
    const evaluates = (key: "better" | "than") => {
      const id = claim[key];
      if (id === undefined) return;
      const step: RecipeStep | undefined = Object.hasOwn(recipe.steps, id) ? recipe.steps[id] : undefined;
      if (step?.uses === "eval/mcq") return;
      const path = ["claims", index, key];
      diagnostics.push(
        step === undefined
          ? source.diagnostic("R0201", path, `There is no step '${id}'.${hint(id, known)}`)
          : source.diagnostic(
              "R0304",
              path,
              `'${id}' is of kind ${step.uses}; only eval/mcq can be compared.`,
            ),
      );
    };
    evaluates("better");
    evaluates("than");
    const id = claim.metric?.split(".")[0];
    if (id !== undefined && !Object.hasOwn(recipe.steps, id)) {
      diagnostics.push(
        source.diagnostic(
          "R0201",
          ["claims", index, "metric"],
          `There is no step '${id}'.${hint(id, known)}`,
        ),
      );
    }
  }
  for (const [id, step] of Object.entries(recipe.steps)) {
    for (const name of Object.keys(step.deviations ?? {})) {
      if (Object.hasOwn(step.with, name)) continue;
      const message = `'${name}' is stated as a deviation, but the step sets no '${name}'.`;
      diagnostics.push(source.diagnostic("R0303", ["steps", id, "deviations", name], message, { at: "key" }));
    }
  }
  return diagnostics;
}

function hint(word: string, known: string[]): string {
  const near = closest(word, known);
  return near === undefined ? "" : ` Did you mean '${near}'?`;
}
