// The recipe's schema as one document for editors: every kind in it, expressions allowed wherever they may stand.
import { importTypeScript } from "./import-typescript.mjs";
import { KINDS, readRecipe, readSchema } from "./schemas.mjs";

const { definitionOf, editorKind, mapValues, forEditors, whereUsed, withExpressions } =
  await importTypeScript("compiler/editor/kind-schema.ts");

// Where a value decides the structure, no expression may stand.
const WITHOUT_EXPRESSIONS = new Set(["uses", "if", "matrix", "accept", "source"]);

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
  const { $defs, ...recipe } = forEditors(readRecipe());
  const kinds = KINDS.map(readSchema);
  for (const kind of kinds) $defs[definitionOf(kind.title)] = editorKind(kind);
  $defs.step.properties = mapValues($defs.step.properties, (schema, key) =>
    WITHOUT_EXPRESSIONS.has(key) ? schema : withExpressions(schema),
  );
  $defs.step.allOf = kinds.map(({ title }) => whereUsed(title, title));
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
