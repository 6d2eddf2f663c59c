import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { decodeUtf8, NotUtf8 } from "../../core/decode.ts";
import { addTable, type FromTable } from "../../runs/init/from-table.ts";
import { readTable, TableError } from "../../runs/init/read-table.ts";
import { filesOf, recipeFile, TEMPLATES, type Template } from "../../runs/init/template.ts";
import { counted } from "../../schemas/counted.ts";
import { EXIT, UserError } from "../errors.ts";
import { say, sayJson } from "../output.ts";

interface Options {
  name?: string;
  table?: string;
  column?: string;
  json?: boolean;
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** Writes a minimal recipe that runs at once into this folder, from a template or with a paper's table. */
export async function init(
  asked: string | undefined,
  { name: given, table, column, json = false }: Options,
): Promise<number> {
  const template = templateOf(asked ?? (table === undefined ? "command" : "sft"));
  const name = given ?? nameOf(process.cwd());
  if (!NAME.test(name))
    throw new UserError(
      EXIT.invalid,
      `'${name}' is no name of a recipe: small letters, digits, dots and hyphens. Give one by --name.`,
    );
  const plain = await filesOf(template, name);
  const made = table === undefined ? null : await withTable(plain, { name, template, table, column });
  const files = made?.files ?? plain;
  const there = [...files.keys()].filter((file) => existsSync(file));
  if (there.length > 0)
    throw new UserError(
      EXIT.invalid,
      `${there.map((file) => `'${file}'`).join(", ")} would be overwritten. Go to an empty folder, or give another --name.`,
    );
  for (const [file, text] of files) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const recipe = recipeFile(name);
  if (json)
    sayJson({ template, recipe, files: [...files.keys()], rows: made?.rows ?? [], kept: made?.kept ?? [] });
  else
    say([...files.keys(), ...(made === null ? [] : describeTable(made)), ...next(recipe, made)].join("\n"));
  return EXIT.done;
}

function templateOf(asked: string): Template {
  if (Object.hasOwn(TEMPLATES, asked)) return asked as Template;
  const list = Object.entries(TEMPLATES).map(([name, { says }]) => `  ${name.padEnd(8)} ${says}`);
  throw new UserError(EXIT.invalid, [`There is no template '${asked}'. There is:`, ...list].join("\n"));
}

/** The folder's name where a recipe may have it. */
function nameOf(folder: string): string {
  const name = path
    .basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-");
  return NAME.test(name) ? name : "recipe";
}

async function withTable(
  files: Map<string, string>,
  given: { name: string; template: Template; table: string; column: string | undefined },
): Promise<FromTable> {
  const { name, template, table, column } = given;
  const { step } = TEMPLATES[template];
  if (step === null)
    throw new UserError(
      EXIT.invalid,
      `'${template}' brings its paper's tables along. Take another template for a table of your own.`,
    );
  try {
    const text = decodeUtf8(await readFile(table), table);
    return addTable(files, { name, step, rows: readTable(text, column), table: path.basename(table) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof TableError)
      throw new UserError(EXIT.invalid, `'${table}' cannot be read as a table. ${error.message}`);
    if (error instanceof NotUtf8) throw new UserError(EXIT.invalid, error.message);
    if (code === "ENOENT" || code === "EISDIR" || code === "EACCES")
      throw new UserError(EXIT.invalid, `The table '${table}' cannot be read (${code}).`);
    throw error;
  }
}

function describeTable({ rows, kept }: FromTable): string[] {
  const matched = rows.filter(({ parameter }) => parameter !== null);
  return [
    `${counted(rows.length, "row")}: ${matched.length} with a parameter, ${rows.length - matched.length} without.`,
    ...rows.map((row) =>
      row.parameter === null
        ? `  ${row.row}: ${row.why}`
        : `  ${row.row}: ${row.parameter} = ${String(row.value)}`,
    ),
    ...kept.map(({ parameter, why }) => `${parameter} keeps the template's value: ${why}`),
  ];
}

const next = (recipe: string, made: FromTable | null): string[] => [
  `Run it: reprise run ${recipe}`,
  ...(made === null ? [] : [`Compare it with the paper: reprise conform ${recipe}`]),
];
