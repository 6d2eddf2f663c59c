import { compile, type Compiled } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import type { Plan } from "../../schemas/plan.ts";

/** Two steps that need nothing but themselves: the smallest useful recipe. */
export const SMALL = `recipe: 1
name: small
steps:
  walks:
    uses: data/synthesize
    with: { clips: { eval: 2 } }
  frames:
    uses: frames/extract
    with:
      dataset: \${{ steps.walks.outputs.dataset }}
      size: 56x56
`;

export const compileText = (text: string, profile: string | null = null): Compiled =>
  compile({ file: "r.yaml", text, profile });

/** The plan of a recipe that must be valid. */
export function planOf(text: string, profile: string | null = null): Plan {
  const compiled = compileText(text, profile);
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join("\n"));
  return compiled.plan;
}

/** The diagnostics of a recipe that must be wrong. */
export function diagnosticsOf(text: string, profile: string | null = null): Diagnostic[] {
  const compiled = compileText(text, profile);
  if (compiled.ok) throw new Error("the recipe is valid");
  return compiled.diagnostics;
}
