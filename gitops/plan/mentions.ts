import path from "node:path";
import { parse } from "yaml";
import { isMapping } from "../../compiler/mapping.ts";
import type { Commit } from "../git/commit.ts";
import { placeOf } from "./look-up.ts";

/** Keys under which a lone word is meant as a file. */
const FILES = new Set(["extends", "path", "file", "tables", "reference", "argv"]);
const LONGEST = 1000;

/** What a text says of files. */
interface Said {
  /** What it extends, as a path from the top of the repository. */
  base: string | null;
  /** Paths from the top of the repository, of files and folders; more than are read, never fewer. */
  names: ReadonlySet<string>;
}

/** By the text's object and path: most recipes stay as they are from commit to commit. */
const known = new Map<string, Said>();
const MOST_KNOWN = 20_000;

/**
 * Files and folders that each recipe may read: itself, what it extends, and every text in them that may be a path, from their folder or
 * from the top. Paths need not be there: one that was removed concerns who named it.
 */
export async function mentionsOf(
  commit: Commit,
  recipes: readonly string[],
): Promise<Map<string, ReadonlySet<string>>> {
  const said = new Map<string, Said>();
  for (let open = [...recipes]; open.length > 0;) {
    await commit.load(open.filter((file) => !known.has(keyOf(commit, file))));
    for (const file of open) said.set(file, saidBy(commit, file));
    const bases = open.flatMap((file) => said.get(file)!.base ?? []);
    open = [...new Set(bases)].filter((base) => !said.has(base) && commit.files.has(base));
  }
  return new Map(recipes.map((recipe) => [recipe, chainOf(recipe, said)]));
}

function chainOf(recipe: string, said: ReadonlyMap<string, Said>): Set<string> {
  const all = new Set<string>();
  for (let file: string | null = recipe; file !== null && !all.has(`\0${file}`);) {
    all.add(file).add(`\0${file}`);
    const { names, base }: Said = said.get(file) ?? { names: new Set(), base: null };
    for (const name of names) all.add(name);
    file = base;
  }
  return all;
}

const keyOf = (commit: Commit, file: string): string => `${commit.files.get(file)?.blob ?? ""} ${file}`;

function saidBy(commit: Commit, file: string): Said {
  const key = keyOf(commit, file);
  const before = known.get(key);
  if (before !== undefined) return before;
  const said = readSaid(file, textOf(commit, file));
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, said);
  return said;
}

function textOf(commit: Commit, file: string): string | undefined {
  try {
    return commit.text(file);
  } catch {
    return undefined;
  }
}

/** What a text says; nothing where it cannot be read, and the recipe is invalid whatever else changes. */
function readSaid(file: string, text: string | undefined): Said {
  const nothing: Said = { base: null, names: new Set() };
  if (text === undefined) return nothing;
  let value: unknown;
  try {
    value = parse(text, { version: "1.2", uniqueKeys: false, logLevel: "silent" });
  } catch {
    return nothing;
  }
  const names = new Set<string>();
  const folder = path.posix.dirname(file);
  const open: [unknown, string][] = [[value, ""]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [inner, key] = next;
    if (typeof inner === "string") for (const name of namesIn(inner, key, folder)) names.add(name);
    else if (Array.isArray(inner)) for (const item of inner) open.push([item, key]);
    else if (isMapping(inner))
      for (const [name, item] of Object.entries(inner)) open.push([item, name.split(".").at(-1)!]);
  }
  const base = isMapping(value) && typeof value["extends"] === "string" ? value["extends"] : null;
  return { base: base === null ? null : placed(path.posix.join(folder, base)), names };
}

function namesIn(text: string, key: string, folder: string): string[] {
  if (text.length > LONGEST || text.includes("\n")) return [];
  // Of an expression's text, the folder before it.
  const [plain = "", ...rest] = text.split("${{");
  const written = rest.length === 0 ? plain : plain.slice(0, plain.lastIndexOf("/") + 1);
  const parts = [written, ...written.split(/[=:,]/)];
  const named = parts.filter((part) => part !== "" && (FILES.has(key) || /[/.]/.test(part)));
  return named
    .flatMap((part) => [placed(part), placed(path.posix.join(folder, part))])
    .flatMap((place) => place ?? []);
}

/** A path from the top; null for one that leads out. */
function placed(name: string): string | null {
  try {
    return placeOf(name);
  } catch {
    return null;
  }
}
