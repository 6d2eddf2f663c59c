import type { Compiled } from "../../compiler/compile.ts";
import { compileRecipe } from "../../runs/recipe/compile-recipe.ts";
import type { Commit } from "../git/commit.ts";
import { lookUp } from "./look-up.ts";

// Each round reads what the last one found to be named; a chain of so many files is no recipe.
const MOST_ROUNDS = 40;

/** Compiles a recipe of a commit, from its objects alone: it can name no file that is not in the commit. */
export async function compileAt(commit: Commit, recipe: string, profile: string | null): Promise<Compiled> {
  const wanted = new Set([recipe]);
  for (let round = 1; ; round++) {
    await commit.load(wanted);
    wanted.clear();
    const compiled = compileRecipe("/", {
      file: recipe,
      ...(profile === null ? {} : { profile }),
      read: readerOf(commit, wanted, round < MOST_ROUNDS),
    });
    if (wanted.size === 0) return compiled;
  }
}

/** Reads texts that were loaded, and notes in `wanted` those that were not. */
const readerOf =
  (commit: Commit, wanted: Set<string>, more: boolean) =>
  (file: string): string => {
    const found = lookUp(commit, file);
    if (found.what === "folder") throw new Error(`'${file}' is a directory; give the path of a file.`);
    if (found.what === "missing") throw new Error(`There is no file '${file}' in the commit.`);
    if (commit.isTooLarge(found.place)) throw new Error(`'${file}' is too large for a recipe.`);
    const text = commit.text(found.place);
    if (text !== undefined) return text;
    if (!more) throw new Error(`The recipe reads too many files, one after the other.`);
    wanted.add(found.place);
    throw new Error(`'${file}' is not read yet.`);
  };
