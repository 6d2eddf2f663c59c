import { readFileSync } from "node:fs";
import { KINDS } from "../../activities/index.ts";
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

/** Other files of a recipe, by path. */
export type Files = Readonly<Record<string, string>>;

/** Compiles a text; `--set` settings and other files may be given. */
export const compileText = (
  text: string,
  profile: string | null = null,
  {
    settings = [],
    files = {},
    file = "recipes/r.yaml",
  }: { settings?: string[]; files?: Files; file?: string } = {},
): Compiled =>
  compile({
    file,
    text,
    profile,
    settings,
    kinds: KINDS,
    read: (name) => {
      if (files[name] !== undefined) return files[name];
      return readFileSync(name, "utf8");
    },
  });

/** The plan of a recipe that must be valid. */
export function planOf(...given: Parameters<typeof compileText>): Plan {
  const { plan, diagnostics } = compileText(...given);
  if (plan === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return plan;
}

/** The findings about a recipe. */
export const diagnosticsOf = (...given: Parameters<typeof compileText>): Diagnostic[] =>
  compileText(...given).diagnostics;
