import type { KindDefinition } from "../core/kind.ts";
import type { RecipeStep } from "../schemas/generated/recipe.ts";
import type { InputSource } from "../schemas/plan.ts";
import type { Mapping, Path } from "./mapping.ts";
import type { Cell } from "./written-steps.ts";

/** One cell with its expressions evaluated, its parameters checked and its references followed. */
export interface ResolvedStep {
  cell: Cell;
  kind: KindDefinition | undefined;
  /** What stands beside `with`. */
  step: Omit<RecipeStep, "uses" | "with">;
  params: Mapping;
  inputs: Record<string, InputSource>;
  secrets: Record<string, string>;
  /** Ids of the steps it waits for, and where that is said. */
  after: Map<string, Path>;
}
