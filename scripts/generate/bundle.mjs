// The recipe's schema as one document for editors: every kind in it, expressions allowed wherever they may stand.
import { KINDS, readRecipe, readSchema } from "./schemas.mjs";

const EXPRESSION = { type: "string", pattern: "\\$\\{\\{", description: "An expression: ${{ … }}" };
// Where a value decides the structure, no expression may stand.
const WITHOUT_EXPRESSIONS = new Set(["uses", "if", "matrix", "accept", "source"]);

/** Editors know additionalProperties better, and are not helped by ids that nothing can fetch. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const { unevaluatedProperties, $id: _, $schema: __, ...rest } = value;
  const copy = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, plain(inner)]));
  if (unevaluatedProperties === false && copy.additionalProperties === undefined)
    copy.additionalProperties = false;
  return copy;
}

const isText = (schema) => schema.type === "string" && schema.pattern === undefined;

/** The same schema, in which an expression may stand for each value that is no text anyway. */
function withExpressions(schema) {
  const copy = { ...schema };
  if (copy.properties) copy.properties = mapValues(copy.properties, withExpressions);
  if (copy.items) copy.items = withExpressions(copy.items);
  if (isText(copy) || copy.$ref || copy.type === "object") return copy;
  const { description, default: standard, ...rest } = copy;
  const said = { ...(description && { description }), ...(standard !== undefined && { default: standard }) };
  const notes = Object.fromEntries(Object.entries(rest).filter(([key]) => key.startsWith("x-")));
  const rules = Object.fromEntries(Object.entries(rest).filter(([key]) => !key.startsWith("x-")));
  return { ...said, ...notes, anyOf: [...(rules.anyOf ?? [rules]), EXPRESSION] };
}

const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));

/** Hovering shows what a parameter becomes. */
function described(schema) {
  const notes = [
    schema["x-unit"] && `Unit: ${schema["x-unit"]}.`,
    schema["x-field"] && `Trainer: ${schema["x-field"]}.`,
    schema["x-affects"] && `Affects: ${schema["x-affects"]}.`,
  ].filter(Boolean);
  return { ...schema, description: [schema.description, ...notes].join(" ") };
}

const NULL = { type: "null" };

/** The same schema, in which null may stand for each value: in a recipe that extends another one it removes. */
function removable(schema) {
  const copy = { ...schema };
  if (copy.properties) copy.properties = mapValues(copy.properties, removable);
  if (typeof copy.additionalProperties === "object")
    copy.additionalProperties = removable(copy.additionalProperties);
  if (copy.anyOf) return { ...copy, anyOf: [...copy.anyOf, NULL] };
  if (copy.enum) return { ...copy, enum: [...copy.enum, null] };
  if (copy.type) return { ...copy, type: [copy.type, "null"].flat() };
  if (!copy.$ref) return copy;
  const { description, ...rest } = copy;
  return { ...(description && { description }), anyOf: [rest, NULL] };
}

export function bundle() {
  const { $defs, ...recipe } = plain(readRecipe());
  const kinds = KINDS.map((file) => plain(readSchema(file)));
  const nameOf = ({ title }) => title.replace("/", "-");
  for (const kind of kinds) {
    const properties = mapValues(kind.properties, (schema) => withExpressions(described(schema)));
    $defs[nameOf(kind)] = { ...kind, properties };
  }
  $defs.step.properties = mapValues($defs.step.properties, (schema, key) =>
    WITHOUT_EXPRESSIONS.has(key) ? schema : withExpressions(schema),
  );
  $defs.step.allOf = kinds.map((kind) => ({
    if: { properties: { uses: { const: kind.title } }, required: ["uses"] },
    then: { properties: { with: { $ref: `#/$defs/${nameOf(kind)}` } } },
  }));
  // A recipe that extends another one gives only what it changes.
  const { required, allOf: _, ...part } = $defs.step;
  $defs.stepPart = { ...part, properties: mapValues(part.properties, removable) };
  const stepOrGroup = (step) => ({
    if: { required: ["steps"] },
    then: { $ref: "#/$defs/group" },
    else: { $ref: `#/$defs/${step}` },
  });
  const partOrGroup = { if: NULL, then: true, else: stepOrGroup("stepPart") };
  recipe.properties.steps.additionalProperties = true;
  const { required: needed, ...whole } = recipe;
  const { recipe: version, name, extends: base, steps, ...optional } = recipe.properties;
  // What they are hangs on whether the recipe extends another one.
  const open = mapValues(optional, ({ description }) => ({ description }));
  const always = { recipe: version, name, extends: base, steps, ...open };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...whole,
    properties: always,
    if: { required: ["extends"] },
    then: { properties: { ...mapValues(optional, removable), steps: { additionalProperties: partOrGroup } } },
    else: {
      required: needed,
      properties: { ...optional, steps: { additionalProperties: stepOrGroup("step") } },
    },
    $defs,
  };
}
