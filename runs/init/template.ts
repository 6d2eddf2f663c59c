import { readFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "../../core/package-root.ts";

/** What a new recipe can begin as. */
export const TEMPLATES = {
  command: { says: "a program of your own, run as a step", step: "train" },
  sft: { says: "a video model that is fine-tuned and scored, in miniature", step: "sft" },
  grpo: { says: "a video model that is trained with rewards and scored, in miniature", step: "grpo" },
  "st-r1": { says: "the whole chain of ST-R1, in miniature", step: null },
} as const;

export type Template = keyof typeof TEMPLATES;

/** A file of a new recipe, by its path in the folder. */
export type Files = Map<string, string>;

const RECIPE = "recipe.yaml";
const TITLE = "new-recipe";

// Other files of a template, as they stand in the package: what ST-R1 extends.
const BESIDE: Readonly<Record<Template, readonly [target: string, source: string][]>> = {
  command: [["train.py", "new-recipe/command/train.py"]],
  sft: [],
  grpo: [],
  "st-r1": ["demo.yaml", "demo.digests.json", "st-r1.yaml", "papers/2503.12542.yaml"].map((file) => [
    `st-r1/${file}`,
    file,
  ]),
};

/** A template under its new name, which extends what is written beside it. */
const named = (recipe: string, name: string): string =>
  recipe.replace(`name: ${TITLE}\n`, `name: ${name}\n`).replace("extends: ../../", "extends: st-r1/");

/** The name of the recipe's own file. */
export const recipeFile = (name: string): string => `${name}.yaml`;

/** A template's files, with the recipe under its new name. */
export async function filesOf(template: Template, name: string): Promise<Files> {
  const read = (file: string) => readFile(path.join(packageRoot, "recipes", file), "utf8");
  const recipe = await read(`new-recipe/${template}/${RECIPE}`);
  const files: Files = new Map([[recipeFile(name), named(recipe, name)]]);
  for (const [target, source] of BESIDE[template]) files.set(target, await read(source));
  return files;
}
