import type { PaperTables } from "../../schemas/generated/paper-tables.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import type { Layers } from "../layers.ts";
import type { NamedFile } from "../named-file.ts";
import type { ResolvedStep } from "../resolved-step.ts";
import type { WrittenSteps } from "../written-steps.ts";
import { bindTables } from "./bind.ts";
import { conform, type Conformity } from "./conform.ts";

/** A recipe's steps beside the tables of its paper; null without tables that can be read. */
export function besidePaper(
  recipe: Layers,
  { value, layers: file }: Pick<NamedFile<PaperTables>, "value" | "layers">,
  steps: WrittenSteps,
  resolved: readonly ResolvedStep[],
): { paper: Conformity | null; diagnostics: Diagnostic[] } {
  if (value === null || file === null) return { paper: null, diagnostics: [] };
  const bound = bindTables({ recipe, file, steps }, value);
  const { conformity, diagnostics } = conform(file, value, bound.tables, resolved);
  return { paper: conformity, diagnostics: [...bound.diagnostics, ...diagnostics] };
}
