import { readFile, writeFile } from "node:fs/promises";
import { KINDS } from "../../activities/index.ts";
import type { EditorSchema } from "../../compiler/editor/schema.ts";
import { withKinds } from "../../compiler/editor/with-kinds.ts";
import { withPaper } from "../../compiler/paper/editor-schema.ts";
import { RunError } from "../../runs/errors.ts";
import { DOCUMENT_SCHEMAS } from "../../schemas/documents.ts";
import { EXIT, UserError } from "../errors.ts";
import { say } from "../output.ts";
import { compileFile } from "../recipe-file.ts";

const EDITOR_SCHEMA = new URL("../../schemas/generated/recipe.schema.json", import.meta.url);

/**
 * Prints or writes a JSON Schema: the recipe's for editors, with every kind in it; the same for one recipe, with the kinds from
 * outside that it uses and the rows of its paper; or one by name.
 */
export async function schema(name: string | undefined, { output }: { output?: string }): Promise<number> {
  const text = await textOf(name ?? "recipe");
  if (output === undefined) {
    say(text.trimEnd());
    return EXIT.done;
  }
  try {
    await writeFile(output, text);
  } catch (error) {
    throw new UserError(EXIT.missing, `'${output}' cannot be written: ${(error as Error).message}.`);
  }
  say(`Written to ${output}. Put this on a recipe's first line:\n# yaml-language-server: $schema=${output}`);
  return EXIT.done;
}

async function textOf(name: string): Promise<string> {
  if (name === "recipe") return readFile(EDITOR_SCHEMA, "utf8");
  if (/\.ya?ml$/.test(name)) return ofRecipe(name);
  const { recipe: _, ...documents } = DOCUMENT_SCHEMAS;
  const ofKinds = [...KINDS].map((kind) => [kind.name, kind.schema] as const);
  const all: Record<string, object> = { ...documents, ...Object.fromEntries(ofKinds) };
  if (Object.hasOwn(all, name)) return `${JSON.stringify(all[name], null, 2)}\n`;
  throw new UserError(
    EXIT.invalid,
    `There is no schema '${name}'. There are: recipe, ${Object.keys(all).join(", ")}; and of a recipe's own by its file.`,
  );
}

/** What of a recipe can be read counts: it is being written. */
async function ofRecipe(file: string): Promise<string> {
  const { paper, recipe, outside, diagnostics, texts } = await compileFile(file, {});
  const broken = diagnostics.some(({ severity }) => severity === "error");
  if (recipe === null || (paper === null && outside.length === 0 && broken))
    throw new RunError({ why: "recipe-invalid", diagnostics, texts });
  const editor = JSON.parse(await readFile(EDITOR_SCHEMA, "utf8")) as EditorSchema;
  const whole = withKinds(editor, outside);
  return `${JSON.stringify(paper === null ? whole : withPaper(whole, paper), null, 2)}\n`;
}
