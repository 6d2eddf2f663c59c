import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { newAjv, validatedSchemas } from "../../schemas/validators.ts";
import { KINDS } from "../../activities/index.ts";
import { DOCUMENT_SCHEMAS } from "../../schemas/documents.ts";

const TRAINING = [...KINDS].filter(({ name }) => name.startsWith("train/"));

const OF_KINDS = [...KINDS].map(({ name, schema }) => [name, schema] as const);

test.each([...Object.entries(validatedSchemas()), ...OF_KINDS])(
  "the schema %s is valid JSON Schema 2020-12",
  (_, schema) => {
    const ajv = newAjv();
    expect(ajv.validateSchema(schema)).toBe(true);
    expect(ajv.errors).toBeNull();
  },
);

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

test.each([...OF_KINDS, ["recipe", DOCUMENT_SCHEMAS.recipe] as const])(
  "%s is closed, but for x- keys",
  (_, schema) => {
    const found = mappings(schema);
    expect(found.length).toBeGreaterThan(0);
    for (const { path, schema: mapping } of found) {
      const closed = closes(mapping);
      expect([path, closed]).toEqual([path, true]);
    }
  },
);

describe("each parameter of a training kind says what it is", () => {
  test.each(
    TRAINING.flatMap(({ name: kind, schema }) =>
      Object.entries(schema.properties).map(([name, parameter]) => [kind, name, parameter] as const),
    ),
  )("%s %s", (kind, name, schema) => {
    expect(schema.description).toMatch(/\.$/);
    expect(schema["x-unit"]).toBeTruthy();
    expect(schema["x-field"]).toBeTruthy();
    expect(["result", "performance", "naming", "resume"]).toContain(schema["x-affects"]);
    expect(schema.default !== undefined || KINDS.get(kind).schema.required.includes(name)).toBe(true);
  });
});

test("an editor offers each kind under uses", () => {
  const { $defs } = JSON.parse(readFileSync("schemas/generated/recipe.schema.json", "utf8")) as {
    $defs: { step: { properties: { uses: { anyOf: [{ enum: string[] }] } } } };
  };
  expect($defs.step.properties.uses.anyOf[0].enum).toEqual(KINDS.names);
});
