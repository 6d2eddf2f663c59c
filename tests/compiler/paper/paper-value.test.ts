import { describe, expect, test } from "vitest";
import type { ParameterSchema } from "../../../schemas/kinds.ts";
import { isSame, paperValue, type Given } from "../../../compiler/paper/paper-value.ts";

const RATE = { type: "number", "x-unit": "dimensionless" } as ParameterSchema;
const TOKENS = { type: "integer", "x-unit": "tokens" } as ParameterSchema;
const WORDS = { type: "string", enum: ["adamw", "4-bit"] } as ParameterSchema;

const valueOf = (given: Partial<Given>, schema?: ParameterSchema, ours: unknown = null) =>
  paperValue(
    { printed: undefined, value: undefined, unit: undefined, ...given },
    { parameter: "p", schema, ours },
  );

describe("a paper's value in the parameter's unit and words", () => {
  test.each<[string, Partial<Given>, ParameterSchema | undefined, unknown]>([
    ["a number is itself", { printed: 8e-5 }, RATE, 0.00008],
    ["a text that is a number counts as one where a number is due", { printed: "1e-4" }, RATE, 1e-4],
    ["a value counts before what is printed", { printed: "4-bit", value: "nf4" }, WORDS, "nf4"],
    ["a hundredth is exact to the last bit", { printed: 7, unit: "%" }, RATE, 0.07],
    ["the unit may be printed", { printed: "60 %", unit: "%" }, RATE, 0.6],
    ["also without a space, and of a fraction", { printed: "0.7%", unit: "%" }, RATE, 0.007],
    ["a small number keeps its exponent", { printed: 1e-7, unit: "%" }, RATE, 1e-9],
    ["a thousand and 1024 are two units", { printed: 4, unit: "k" }, TOKENS, 4000],
    ["of which one is binary", { printed: "4Ki", unit: "Ki" }, TOKENS, 4096],
    ["the parameter's own unit changes nothing", { printed: "512 tokens", unit: "tokens" }, TOKENS, 512],
    ["where a kind says nothing, a word is a word", { printed: "linear" }, undefined, "linear"],
    [
      "a word that the parameter does not know is a difference, no mistake",
      { printed: "adafactor" },
      WORDS,
      "adafactor",
    ],
  ])("%s", (_, given, schema, value) => expect(valueOf(given, schema)).toEqual({ value }));

  test.each<[string, Partial<Given>, ParameterSchema | undefined, unknown, object]>([
    ["a text for a number", { printed: "r = 8" }, RATE, 8, { key: "printed", suggestion: undefined }],
    ["a text with a unit that is not said", { printed: "60 %" }, RATE, 0.6, { suggestion: 'unit: "%"' }],
    ["a text beside a number of a program", { printed: "r = 8" }, undefined, 8, { key: "printed" }],
    ["a word in other letters", { printed: "AdamW" }, WORDS, "adamw", { suggestion: "value: adamw" }],
    ["a unit that is not known", { printed: 1, unit: "min" }, TOKENS, 1, { key: "unit" }],
    ["a share of something that is none", { printed: 60, unit: "%" }, TOKENS, 1, { key: "unit" }],
    ["a unit of a word", { printed: 60, unit: "%" }, WORDS, "adamw", { key: "unit" }],
    ["no number before the unit", { printed: "about 6 %", unit: "%" }, RATE, 0.06, { key: "printed" }],
    [
      "a word for yes or no",
      { value: "yes" },
      { type: "boolean" } as ParameterSchema,
      true,
      { key: "value" },
    ],
    ["one name for a list", { printed: "query" }, { type: "array" } as ParameterSchema, ["query"], {}],
  ])("%s cannot be compared", (_, given, schema, ours, expected) => {
    const found = valueOf(given, schema, ours);
    expect(found).not.toHaveProperty("value");
    expect(found).toMatchObject(expected);
  });
});

test.each([
  [1e-6, 0.000001, true],
  ["1.0e-6", 1e-6, true],
  ["1e-5", 1e-6, false],
  ["True", true, true],
  ["1.10", "1.1", false],
  [["q", "v"], ["q", "v"], true],
  [["q", "v"], ["q"], false],
  [null, 1, false],
])("%j and %j: same is %s", (ours, paper, same) => expect(isSame(ours, paper)).toBe(same));
