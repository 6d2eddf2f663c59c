import { buffer as readStream } from "node:stream/consumers";
import type { Compiled } from "../compiler/compile.ts";
import {
  compileRecipe,
  planOf as plan,
  type Planned,
  type RecipeChoice,
} from "../runs/recipe/compile-recipe.ts";
import { confinement } from "./confine.ts";
import { showFindings } from "./findings.ts";

/** How a command line changes a recipe. */
export interface RecipeOptions {
  profile?: string;
  /** `path=value` settings. */
  set?: string[];
  /** 'warnings' when they count as errors. */
  deny?: string;
  /** Folder outside of which the recipe may name no file. */
  confine?: string;
}

/** A recipe as the command line names it; `-` is standard input. */
async function chosen(file: string, { profile, set = [], confine }: RecipeOptions): Promise<RecipeChoice> {
  return {
    confine: confinement(confine),
    settings: set,
    ...(profile === undefined ? {} : { profile }),
    ...(file === "-"
      ? { file: "stdin", bytes: await readStream(process.stdin).catch((error: Error) => error) }
      : { file }),
  };
}

/** Reads and compiles a recipe; with `everyProfile` the profiles that are not chosen are looked at as well. */
export const compileFile = async (
  file: string,
  options: RecipeOptions,
  everyProfile = false,
): Promise<Compiled> => compileRecipe(process.cwd(), await chosen(file, options), everyProfile);

/** The plan of a recipe. Warnings are printed and do not stop. */
export async function planOf(file: string, options: RecipeOptions): Promise<Planned> {
  const planned = plan(process.cwd(), await chosen(file, options), options.deny === "warnings");
  showFindings(planned);
  return planned;
}
