import { closeSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { glob } from "tinyglobby";
import type { Layers } from "../../compiler/layers.ts";
import { isMapping } from "../../compiler/mapping.ts";
import { kindsOf } from "../../activities/index.ts";
import { findRun } from "../../runs/find-run.ts";
import { compileRecipe } from "../../runs/recipe/compile-recipe.ts";
import type { Store } from "../../store/store.ts";
import { storeHere } from "../store-here.ts";

/** What a shell may ask for. */
export type Sought =
  "recipe" | "profile" | "setting" | "planned-step" | "run" | "step" | "output" | "result" | "shell";

const LOOKERS: Readonly<
  Record<Sought, (store: Store, words: readonly string[]) => Promise<string[]> | string[]>
> = {
  recipe: (_, words) => recipes(words.at(-1) ?? ""),
  profile: (_, words) => Object.keys((compiled(words)?.value["profiles"] as object | undefined) ?? {}),
  setting: (_, words) => settings(words),
  "planned-step": (_, words) => planOf(words)?.steps.map(({ id }) => id) ?? [],
  run: async (store) => ["last", ...(await store.runs.list())],
  step: async (store, words) => (await planOfRun(store, words)).map(({ id }) => id),
  output: async (store, words) =>
    (await planOfRun(store, words)).flatMap(({ id, outputs }) => [
      id,
      ...Object.keys(outputs).map((output) => `${id}.${output}`),
    ]),
  result: async (store) => {
    const steps = await store.cache.list();
    return steps.flatMap(({ id, fingerprint }) => [id, fingerprint.slice(0, 12)]);
  },
  shell: () => ["bash", "zsh", "fish"],
};

/** The words that may stand for something on a line; none where they cannot be had: a shell that waits must not see an error. */
export async function wordsFor(asked: Sought, words: readonly string[]): Promise<string[]> {
  try {
    const found = await LOOKERS[asked](storeHere(), words);
    return [...new Set(found)];
  } catch {
    return [];
  }
}

const IGNORED = ["**/node_modules/**", "**/.*/**"];

/** YAML files at and below the folder that was typed, three levels deep. */
async function recipes(typed: string): Promise<string[]> {
  const base = /^(\.|\/|~)/.test(typed) ? typed.slice(0, typed.lastIndexOf("/") + 1) : "";
  const found = await glob(["**/*.yaml", "**/*.yml"], {
    cwd: base === "" ? process.cwd() : path.resolve(base),
    deep: 3,
    ignore: IGNORED,
  });
  const files = found.map((file) => `${base}${file}`).sort();
  return files.filter((file) => isRecipe(file));
}

const LOOKED_AT_BYTES = 4096;

/** Whether a file says that it is a recipe: tables of a paper and kinds are YAML too. */
function isRecipe(file: string): boolean {
  const bytes = Buffer.alloc(LOOKED_AT_BYTES);
  const opened = openSync(path.resolve(file), "r");
  try {
    return /^recipe:/m.test(bytes.toString("utf8", 0, readSync(opened, bytes)));
  } finally {
    closeSync(opened);
  }
}

const fileIn = (words: readonly string[]): string | undefined =>
  words.slice(0, -1).find((word) => /\.ya?ml$/.test(word));

function compile(words: readonly string[]) {
  const file = fileIn(words);
  return file === undefined ? null : compileRecipe(process.cwd(), { file });
}

const compiled = (words: readonly string[]): Layers | null => compile(words)?.recipe ?? null;
const planOf = (words: readonly string[]) => compile(words)?.plan ?? null;

/** The steps of the run that a line names after its verb, of the newest one where none of them is named. */
async function planOfRun(store: Store, words: readonly string[]) {
  const name = words.slice(1, -1).find((word) => !word.startsWith("-")) ?? "last";
  return (await findRun(store, name)).request.plan.steps;
}

const BESIDE = [
  "resources.cpu",
  "resources.gpu",
  "retry.attempts",
  "timeout",
  "checkpoint.every",
  "checkpoint.keep",
];

/** Paths that a setting of a recipe may change: inputs, what its steps say, and what their kinds take. */
function settings(words: readonly string[]): string[] {
  const found = compile(words);
  const recipe = found?.recipe?.value;
  if (recipe === undefined) return [];
  const kinds = found?.plan == null ? null : kindsOf(found.plan);
  const inputs = Object.keys((recipe["inputs"] as object | undefined) ?? {});
  const steps = placesOf((recipe["steps"] ?? {}) as Record<string, unknown>, "steps");
  return [
    ...inputs.map((name) => `inputs.${name}`),
    ...steps.flatMap(([place, { uses, with: given }]) => [
      ...Object.keys(kinds?.find(String(uses))?.schema.properties ?? given ?? {}).map(
        (name) => `${place}.with.${name}`,
      ),
      ...Object.entries(given ?? {}).flatMap(([name, inner]) =>
        isMapping(inner) ? Object.keys(inner).map((key) => `${place}.with.${name}.${key}`) : [],
      ),
      ...BESIDE.map((key) => `${place}.${key}`),
    ]),
  ].map((place) => `${place}=`);
}

interface Written {
  uses?: unknown;
  with?: Record<string, unknown>;
}

/** Each step with its place, also in a group. */
function placesOf(steps: Record<string, unknown>, base: string): [string, Written][] {
  return Object.entries(steps).flatMap(([id, step]): [string, Written][] => {
    if (!isMapping(step)) return [];
    const place = `${base}.${id}`;
    return isMapping(step["steps"]) ? placesOf(step["steps"], `${place}.steps`) : [[place, step]];
  });
}
