import { expect, test } from "vitest";
import { diagnosticsOf, planOf } from "../support/recipes.ts";

const recipe = (matrix: string, outer = "") => `recipe: 1
name: m
steps:
  all:
${outer === "" ? "" : `    matrix: ${outer}\n`}    steps:
      one:
        uses: run/noop
        matrix: ${matrix}
        with: { value: "\${{ matrix.a }}" }
`;
const ids = (matrix: string, outer = "") => planOf(recipe(matrix, outer)).steps.map(({ id }) => id);
const told = (matrix: string, outer = "") =>
  diagnosticsOf(recipe(matrix, outer))
    .filter(({ code }) => code === "R0307")
    .map(({ line, column, message }) => `${line}:${column} ${message}`);
const numbers = (count: number) => `[${Array.from({ length: count }, (_, index) => index).join(", ")}]`;

test("every combination stands in the order of its lists", () => {
  expect(ids("{ a: [1, 2], b: [x, y] }")).toEqual(["one-1-x", "one-1-y", "one-2-x", "one-2-y"]);
  expect(ids("{ a: [1, 2] }", "{ b: [x, y] }")).toEqual(["one-x-1", "one-x-2", "one-y-1", "one-y-2"]);
});

test("what is excluded names some of the keys, and takes all that fit", () => {
  expect(ids("{ a: [1, 2], b: [x, y], exclude: [{ a: 1 }] }")).toEqual(["one-2-x", "one-2-y"]);
  expect(ids("{ a: [1, 2], b: [x, y], exclude: [{ a: 1, b: x }, { a: 2, b: y }] }")).toEqual([
    "one-1-y",
    "one-2-x",
  ]);
});

test("what fits nothing is told at its place", () => {
  expect(told("{ a: [1, 2], exclude: [{ a: 3 }] }")).toEqual([
    "8:40 This fits no combination of the matrix.",
  ]);
  // The first one has taken it already.
  expect(told("{ a: [1, 2], exclude: [{ a: 1 }, { a: 1 }] }")).toEqual([
    "8:50 This fits no combination of the matrix.",
  ]);
});

test("a further combination gives every key; a matrix may be a list of them alone", () => {
  expect(ids("{ a: [1], b: [x], include: [{ a: 2, b: y }] }")).toEqual(["one-1-x", "one-2-y"]);
  expect(ids("{ include: [{ a: 1, b: x }, { a: 2, b: y }] }")).toEqual(["one-1-x", "one-2-y"]);
  expect(told("{ a: [1], b: [x], include: [{ a: 2 }] }")).toEqual([
    "8:45 A further combination gives every key of the matrix; 'b' is missing.",
  ]);
  expect(told("{ include: [{ a: 1, b: x }, { a: 2 }] }")).toEqual([
    "8:45 A further combination gives every key of the matrix; 'b' is missing.",
  ]);
});

test("a key that is none of the matrix is told with those that are", () => {
  expect(told("{ a: [1, 2], b: [x], exclude: [{ c: 1 }] }")).toEqual([
    "8:50 'c' is no key of this matrix. It has: a, b.",
  ]);
  expect(told("{ include: [{ a: 1 }, { a: 2, c: 3 }] }")).toEqual([
    "8:47 'c' is no key of this matrix. It has: a.",
  ]);
});

test("a group and a step in it have no key in common", () => {
  expect(told("{ a: [1] }", "{ a: [2], b: [x] }")).toEqual([
    "9:19 The key 'a' is in the matrix of the group already.",
  ]);
});

test("over 100,000 combinations are told before they are spread out", () => {
  expect(told(`{ a: ${numbers(101)}, b: ${numbers(1000)} }`)).toEqual([
    "8:9 The matrix has 101000 combinations; at most 100000 are spread out.",
  ]);
  expect(told(`{ a: ${numbers(400)} }`, `{ b: ${numbers(251)} }`)).toEqual([
    "9:9 The matrix has 100400 combinations; at most 100000 are spread out.",
  ]);
});
