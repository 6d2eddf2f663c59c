import { expect, test, vi } from "vitest";
import { parse } from "../../compiler/parse.ts";
import { Source } from "../../compiler/source.ts";

const written = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
/** The same text for YAML alone. */
const asYaml = (text: string): string => `${text}\n`;

test.each([
  [{ digests: 1, runs: [{ profile: null, steps: { a: { outputs: { x: "1.10" } } } }], none: [], empty: {} }],
  [{ text: 'ü 𝄞 "quoted" \\ \n \u0001', numbers: [0, -1.5, 1e-7, 123456789], yes: true, "": "no name" }],
])("JSON that a command wrote means what YAML says of it", (value) => {
  const quick = parse("x.json", written(value));
  const slow = parse("x.json", asYaml(written(value)));
  expect(quick.diagnostics).toEqual([]);
  expect(quick.value).toEqual(value);
  expect(slow.value).toEqual(value);
  expect(quick.source.rangeOf(["digests"], "key")).toEqual(slow.source.rangeOf(["digests"], "key"));
});

const nested = (depth: number): object => (depth === 1 ? {} : { in: nested(depth - 1) });

test.each([
  ["a key that stands twice", '{\n  "a": 1,\n  "a": 2\n}\n', "R0005"],
  ["a number that is not exact", written({ a: 1 }).replace("1", "9007199254740993"), "R0104"],
  ["a key that no value can have", '{\n  "__proto__": 1\n}\n', "R0101"],
  ["what is nested too deeply", written(nested(80)), "R0004"],
])("%s is told of it all the same", (_, text, code) => {
  const { diagnostics } = parse("x.json", text);
  expect(diagnostics[0]?.code).toBe(code);
  expect(diagnostics).toEqual(parse("x.json", asYaml(text)).diagnostics);
});

test.each([
  ["as a command writes it", written({ a: [1, "x", null, true, { b: -0.5 }] }), false],
  ["of the largest exact number", written({ a: Number.MAX_SAFE_INTEGER }), false],
  ["of a larger one", written({ a: 2 ** 53 }), true],
  ["of a smaller one", written({ a: -(2 ** 53) }), true],
  ["on one line", '{"a": 1}\n', true],
  ["in other words", '{\n  "a": 1.0\n}\n', true],
  ["that goes on", `${written({ a: 1 })}# said\n`, true],
  ["of a key that each object has", written({ b: 1, constructor: 1 }), true],
  ["that is YAML", "a: 1\n", true],
])("whether YAML is asked for a text %s", (_, text, isRead) => {
  const document = vi.spyOn(Source.prototype, "document", "get");
  parse("x.json", text);
  expect(document.mock.calls.length > 0).toBe(isRead);
  document.mockRestore();
});
