import type { Diagnostic } from "../schemas/diagnostic.ts";
import { compile, sorted, type Compiled, type RecipeText } from "./compile.ts";
import { isMapping } from "./mapping.ts";

// Each one compiles the whole recipe again.
const MOST_PROFILES = 50;

/** As `compile` without a profile, with the errors that choosing one of the recipe's profiles would bring. */
export function compileWithProfiles(text: Omit<RecipeText, "profile">): Compiled {
  const base = compile({ ...text, profile: null });
  const profiles = base.recipe?.value["profiles"];
  if (!isMapping(profiles)) return base;
  const known = new Set(base.diagnostics.map(nameOf));
  const found = Object.keys(profiles)
    .slice(0, MOST_PROFILES)
    .flatMap((profile) =>
      compile({ ...text, profile })
        .diagnostics.filter((other) => other.severity === "error" && !known.has(nameOf(other)))
        .map((other) => ({ ...other, message: `${other.message} (profile ${profile})` })),
    );
  if (found.length === 0) return base;
  return { ...base, plan: null, diagnostics: sorted([...base.diagnostics, ...found]) };
}

const nameOf = ({ code, file, line, column, message }: Diagnostic): string =>
  [code, file, line, column, message].join("\n");
