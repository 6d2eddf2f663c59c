// What a sample of YAML is a part of, and what is wrong with it there.
import { stringify } from "yaml";
import { KINDS } from "../../activities/index.ts";
import { DOCUMENT_SCHEMAS } from "../../schemas/documents.ts";
import {
  validateGitopsRepository,
  validateGitopsServer,
  validateKind,
  validateTables,
} from "../../schemas/validators.ts";
import { diagnosticsOf } from "./recipes.ts";

type Mapping = Record<string, unknown>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const keysOf = (schema: unknown): string[] => Object.keys((schema as { properties: object }).properties);
const { $defs } = DOCUMENT_SCHEMAS.recipe as unknown as { $defs: Record<string, object> };
const RECIPE = keysOf(DOCUMENT_SCHEMAS.recipe);
const STEP = keysOf($defs["step"]);

/** What a sample leaves to its surroundings: other steps, inputs, files and rows. */
const AROUND = new Set("R0201 R0203 R0208 R0302 R0304 R0305 R0311 R0314 R0315 R0320 R0401 R0412".split(" "));

/** Also that a key is missing or stands elsewhere, where a sample is a part of a step. */
const IN_A_STEP = new Set([...AROUND, "R0102", "R0303"]);

interface Whole {
  recipe: Mapping;
  allowed: ReadonlySet<string>;
}

/** The same without what an ellipsis stands for; tells whether there was one. */
function withoutEllipses(value: unknown): { value: unknown; any: boolean } {
  if (value === "…") return { value: undefined, any: true };
  if (typeof value === "string") return { value: value.replace("@…", `@${"0".repeat(40)}`), any: false };
  if (typeof value !== "object" || value === null) return { value, any: false };
  const parts = Object.entries(value).map(([key, part]) => {
    const inside = key === "…" ? { value: undefined, any: true } : withoutEllipses(part);
    return [key, inside] as const;
  });
  const kept = parts.filter(([, inside]) => inside.value !== undefined);
  const any = parts.some(([, inside]) => inside.any);
  return {
    value: Array.isArray(value)
      ? kept.map(([, inside]) => inside.value)
      : Object.fromEntries(kept.map(([key, inside]) => [key, inside.value])),
    any,
  };
}

const within = (value: Mapping, keys: readonly string[]): boolean =>
  Object.keys(value).every((key) => keys.includes(key) || key.startsWith("x-"));

const NOOP = { one: { uses: "run/noop", with: { value: 1 } } };
const recipeWith = (more: Mapping): Mapping => ({ recipe: 1, name: "sample", steps: NOOP, ...more });
const stepOf = (kind: string, more: Mapping): Mapping => ({
  ...recipeWith({ steps: { one: { uses: kind, with: {}, ...more } } }),
});

/** The recipes that a mapping may be a part of. */
function recipesWith(value: Mapping): Whole[] {
  const whole = "recipe" in value && "steps" in value ? [{ recipe: value, allowed: AROUND }] : [];
  const top = within(value, RECIPE) ? [{ recipe: recipeWith(value), allowed: AROUND }] : [];
  const steps = Object.values(value).every((step) => isMapping(step) && "uses" in step)
    ? [{ recipe: recipeWith({ steps: value }), allowed: AROUND }]
    : [];
  const kinds = KINDS.names.map((kind) => [kind, Object.keys(KINDS.get(kind).schema.properties)] as const);
  const step = within(value, STEP)
    ? kinds.map(([kind]) => ({ recipe: stepOf(kind, value), allowed: IN_A_STEP }))
    : [];
  const parameters = kinds
    .filter(([, names]) => Object.keys(value).every((key) => names.includes(key)))
    .map(([kind]) => ({ recipe: stepOf(kind, { with: value }), allowed: IN_A_STEP }));
  return [...whole, ...(whole.length > 0 ? [] : [...top, ...steps, ...step, ...parameters])];
}

const REPOSITORY = { url: "https://git.example/lab/papers.git" };
const KIND = { kind: 1, title: "lab/sample", description: "A sample.", run: ["python"], properties: {} };
const row = { row: "a", printed: 1, parameter: "a" };
const tablesOf = (tables: unknown): Mapping => ({ paper_tables: 2, source: "a paper", tables });
const tableOf = (more: Mapping): Mapping =>
  tablesOf([{ table: "Table 1", steps: "a", rows: [row], ...more }]);
const pipeline = (more: Mapping): Mapping => ({ gitops: 1, pipelines: { all: more } });
const ON = { recipes: ["*.yaml"], on: { push: { branches: ["main"] } } };

/** The other documents that a mapping may be, or be a part of, with what checks them. */
const documentsWith = (value: Mapping) =>
  [
    [validateGitopsServer(), value],
    [validateGitopsServer(), { gitops: 1, ...value }],
    [validateGitopsServer(), { gitops: 1, repositories: value }],
    [validateGitopsServer(), { gitops: 1, repositories: { papers: { ...REPOSITORY, ...value } } }],
    [validateGitopsRepository(), value],
    [validateGitopsRepository(), pipeline({ ...ON, ...value })],
    [validateGitopsRepository(), pipeline({ ...ON, on: value })],
    [validateTables(), value],
    [validateTables(), tableOf(value)],
    [validateTables(), tableOf({ rows: [value] })],
    [validateKind(), value],
    [validateKind(), { ...KIND, ...value }],
  ] as const;

/** What is wrong with a sample as a part of whatever it fits best; nothing where it fits something. */
export function saidOf(given: unknown, text: string): string[] {
  const { value, any } = withoutEllipses(given);
  if (value === null || value === undefined) return /^\s*(#.*\s*)*$/.test(text) ? [] : ["It is empty."];
  if (Array.isArray(value)) {
    const list = "id" in (value[0] as object) ? { claims: value } : tablesOf(value);
    return saidOf(list, text);
  }
  if (!isMapping(value)) return ["It is no mapping and no list."];
  if ("jobs" in value && "on" in value) return []; // a workflow of a forge
  if (documentsWith(value).some(([check, whole]) => check(structuredClone(whole)))) return [];
  const said = recipesWith(value).map(({ recipe, allowed }) =>
    diagnosticsOf(stringify(recipe))
      .filter(({ severity, code }) => severity === "error" && !allowed.has(code))
      .filter(({ code }) => !(any && code === "R0102"))
      .map(({ code, message }) => `${code} ${message}`),
  );
  return (
    said.toSorted((one, other) => one.length - other.length)[0] ?? ["It is a part of nothing that is known."]
  );
}
