import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate, type Lookup } from "../../compiler/expression/evaluate.ts";
import { ExpressionError } from "../../compiler/expression/expression-error.ts";
import { parseExpression } from "../../compiler/expression/parse-expression.ts";

const NAMES: Record<string, number | string> = { "inputs.gpus": 4, "inputs.word": "cot" };
const lookup: Lookup = (parts) => NAMES[parts.map(({ name }) => name).join(".")]!;
const value = (text: string) => evaluate(parseExpression(text), lookup);

function wrong(text: string): { code: string; part: string; message: string } {
  try {
    value(text);
  } catch (error) {
    if (error instanceof ExpressionError) {
      return { code: error.code, part: text.slice(...error.span), message: error.message };
    }
    throw error;
  }
  throw new Error(`${text} has a value`);
}

describe("values", () => {
  test.each([
    ["16 / inputs.gpus", 4],
    ["(1 + 2) * 3 - -1", 10],
    ["7 % 4", 3],
    ["inputs.gpus >= 4 && !(inputs.gpus == 5)", true],
    ["inputs.word != 'cot' || inputs.gpus < 4", false],
    ["inputs['word'] == \"cot\"", true],
    ["contains('abc', 'b')", true],
    ["1 < 2 ? 'yes' : 'no'", "yes"],
    ["inputs.word == 'none' ? 1e-3 : (true ? 2 : 3)", 2],
    ["contains(['letter', 'cot'], inputs.word)", true],
    ["startsWith(inputs.word, 'c') && endsWith(inputs.word, 't')", true],
    ["format('{0}-{1}-{7}', inputs.word, 3)", "cot-3-{7}"],
    ["join([1, 'a'], '+')", "1+a"],
    ["null == null", true],
    ["1e-5", 1e-5],
    ["(inputs.gpus > 0)", true],
    ["((1) + (2))", 3],
    // Each part is evaluated once: twice each would take longer than the tests.
    [Array(200).fill("1").join("+"), 200],
  ])("%s", (text, expected) => expect(value(text)).toEqual(expected));
});

describe("what is wrong, and which part", () => {
  test.each([
    ["1 +", "R0206", "+"],
    ["", "R0206", ""],
    ["1 2", "R0206", "2"],
    ["inputs.gpus === 4", "R0206", "inputs.gpus === 4"],
    ["inputs.gpus > 1 and true", "R0206", "and"],
    ["contain('a', 'b')", "R0206", "contain"],
    ["() => 1", "R0206", "() => 1"],
    ["`a`", "R0206", "`a`"],
    ["inputs.gpus = 5", "R0206", "inputs.gpus = 5"],
    ["/a/", "R0206", "/a/"],
    ["'a'.b == 1", "R0206", "'a'"],
    ["format('a').b", "R0206", "format('a')"],
    ["(1 + 2).x", "R0206", "(1 + 2)"],
    ["this.a", "R0206", "this"],
    ["1) + (2", "R0206", ") + (2"],
    ["inputs[inputs.word]", "R0206", "inputs[inputs.word]"],
    ["inputs.word * 2", "R0207", "inputs.word"],
    ["inputs.word + 'x'", "R0207", "inputs.word"],
    ["!inputs.gpus", "R0207", "inputs.gpus"],
    ["true && inputs.word", "R0207", "inputs.word"],
    ["false && inputs.word", "R0207", "inputs.word"],
    ["inputs.gpus == 'four'", "R0207", "inputs.gpus == 'four'"],
    ["1 / 0", "R0207", "1 / 0"],
    ["startsWith(1, 'a')", "R0207", "startsWith(1, 'a')"],
  ])("%s", (text, code, part) => expect(wrong(text)).toMatchObject({ code, part }));

  test("a function that was probably meant", () => {
    expect(wrong("starts_with('a', 'b')").message).toContain("Did you mean 'startsWith'?");
  });
});

test("any text is a value or an expression's error", () => {
  const piece = fc.constantFrom(
    "inputs.gpus",
    "'a'",
    ".b",
    "(",
    ")",
    "[",
    "]",
    "1",
    "==",
    "&&",
    "!",
    " ",
    "format",
    ",",
    "this",
    "=>",
    "`",
    "...",
    "new ",
    "x?.y",
    "{",
    "}",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 8 }), (parts) => {
      try {
        value(parts.join(""));
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError);
      }
    }),
    { numRuns: 20_000 },
  );
});
