import type { EditorSchema } from "./schema.ts";

const EXPRESSION: EditorSchema = {
  type: "string",
  pattern: "\\$\\{\\{",
  description: "An expression: ${{ … }}",
};

/** What a kind's parameters are called among an editor's definitions. */
export const definitionOf = (kind: string): string => kind.replace("/", ".");

/** A kind's schema as an editor needs it: expressions may stand for values, and hovering shows what a parameter becomes. */
export function editorKind(schema: EditorSchema): EditorSchema {
  const kind = forEditors(schema) as EditorSchema;
  return { ...kind, properties: mapValues(kind.properties ?? {}, (one) => withExpressions(described(one))) };
}

/** Says which schema `with` has, of a step that names a kind so. */
export const whereUsed = (uses: string, kind: string): EditorSchema => ({
  if: { properties: { uses: { const: uses } }, required: ["uses"] },
  then: { properties: { with: { $ref: `#/$defs/${definitionOf(kind)}` } } },
});

/** Editors know additionalProperties better, and are not helped by ids that nothing can fetch. */
export function forEditors(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forEditors);
  if (value === null || typeof value !== "object") return value;
  const { unevaluatedProperties, $id: _, $schema: __, ...rest } = value as EditorSchema;
  const copy = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, forEditors(inner)]));
  if (unevaluatedProperties === false && copy["additionalProperties"] === undefined)
    copy["additionalProperties"] = false;
  return copy;
}

const isText = ({ type, pattern }: EditorSchema): boolean => type === "string" && pattern === undefined;

/** The same schema, in which an expression may stand for each value that is no text anyway. */
export function withExpressions(schema: EditorSchema): EditorSchema {
  const copy = { ...schema };
  if (copy.properties) copy.properties = mapValues(copy.properties, withExpressions);
  if (copy.items) copy.items = withExpressions(copy.items);
  if (isText(copy) || copy.$ref !== undefined || copy.type === "object") return copy;
  const { description, default: standard, ...rest } = copy;
  const said = {
    ...(description !== undefined && { description }),
    ...(standard !== undefined && { default: standard }),
  };
  const part = (isNote: boolean): EditorSchema =>
    Object.fromEntries(Object.entries(rest).filter(([key]) => key.startsWith("x-") === isNote));
  const rules = part(false);
  return { ...said, ...part(true), anyOf: [...(rules.anyOf ?? [rules]), EXPRESSION] };
}

export const mapValues = (
  schemas: Readonly<Record<string, EditorSchema>>,
  change: (schema: EditorSchema, key: string) => EditorSchema,
): Record<string, EditorSchema> =>
  Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, change(schema, key)]));

function described(schema: EditorSchema): EditorSchema {
  const notes = (
    [
      ["x-unit", "Unit"],
      ["x-field", "Trainer"],
      ["x-affects", "Affects"],
    ] as const
  ).flatMap(([key, word]) => (schema[key] === undefined ? [] : [`${word}: ${schema[key]}.`]));
  return { ...schema, description: [schema.description, ...notes].join(" ") };
}
