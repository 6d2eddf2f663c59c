import { describe, expect, test } from "vitest";
import { newAjv, validatedSchemas } from "../../schemas/validators.ts";
import { DOCUMENT_SCHEMAS, KIND_SCHEMAS, STEP_KINDS } from "../../schemas/kinds.ts";

const TRAINING = STEP_KINDS.filter((kind) => kind.startsWith("train/"));

test.each(Object.entries(validatedSchemas()))("the schema %s is valid JSON Schema 2020-12", (_, schema) => {
  const ajv = newAjv();
  expect(ajv.validateSchema(schema)).toBe(true);
  expect(ajv.errors).toBeNull();
});

const closes = ({
  unevaluatedProperties,
  additionalProperties,
}: {
  unevaluatedProperties?: unknown;
  additionalProperties?: unknown;
}) => unevaluatedProperties === false || typeof additionalProperties === "object";

/** Every mapping in a schema that lists its keys. */
function mappings(schema: unknown, path = ""): { path: string; schema: object }[] {
  if (typeof schema !== "object" || schema === null) return [];
  const inner = Object.entries(schema).flatMap(([key, value]) => mappings(value, `${path}/${key}`));
  // A condition lists the keys that it looks at.
  const condition = /\/(if|then|else)$/.test(path);
  return "properties" in schema && !path.endsWith("/properties") && !condition
    ? [{ path, schema }, ...inner]
    : inner;
}

test.each([
  ...STEP_KINDS.map((kind) => [kind, KIND_SCHEMAS[kind]] as const),
  ["recipe", DOCUMENT_SCHEMAS.recipe] as const,
])("%s is closed, but for x- keys", (_, schema) => {
  const found = mappings(schema);
  expect(found.length).toBeGreaterThan(0);
  for (const { path, schema: mapping } of found) {
    const closed = closes(mapping);
    expect([path, closed]).toEqual([path, true]);
  }
});

describe("each parameter of a training kind says what it is", () => {
  test.each(
    TRAINING.flatMap((kind) =>
      Object.entries(KIND_SCHEMAS[kind].properties).map(([name, schema]) => [kind, name, schema] as const),
    ),
  )("%s %s", (kind, name, schema) => {
    expect(schema.description).toMatch(/\.$/);
    expect(schema["x-unit"]).toBeTruthy();
    expect(schema["x-field"]).toBeTruthy();
    expect(["result", "performance", "naming", "resume"]).toContain(schema["x-affects"]);
    expect(schema.default !== undefined || KIND_SCHEMAS[kind].required.includes(name)).toBe(true);
  });
});

test("each kind of the list may stand under uses", () => {
  const { $defs } = DOCUMENT_SCHEMAS.recipe as {
    $defs: { step: { properties: { uses: { enum: string[] } } } };
  };
  expect($defs.step.properties.uses.enum).toEqual(STEP_KINDS);
});
