import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { KINDS } from "../../activities/index.ts";
import { editorKind, forEditors, whereUsed, withExpressions } from "../../compiler/editor/kind-schema.ts";
import { githubAnnotation } from "../../compiler/print/github.ts";
import { cell, code, kindPage, prose, rangeOf, typeOf } from "../../compiler/print/kind-page.ts";
import { sarifLog } from "../../compiler/print/sarif.ts";
import { printDiagnostic } from "../../compiler/print/text.ts";
import { CODES, type Diagnostic } from "../../schemas/diagnostic.ts";

const place = { file: "a b.yaml", line: 2, column: 3, endLine: 2, endColumn: 6 };
const wrong: Diagnostic = {
  ...{ code: "R0204", severity: "error", message: "100 % wrong:\nall, of it\r", path: "steps", ...place },
  related: [{ message: "from here", ...place, file: "dir\\b.yaml", line: 1, endLine: 1 }],
};

describe("findings for other programs", () => {
  test("GitHub's annotations say place and sentence, with what they would misread escaped", () => {
    expect(githubAnnotation({ ...wrong, file: "a:b,c.yaml" })).toBe(
      "::error file=a%3Ab%2Cc.yaml,line=2,endLine=2,col=3,endColumn=6,title=Reprise R0204::100 %25 wrong:%0Aall, of it%0D",
    );
    expect(githubAnnotation({ ...wrong, severity: "warning", message: "a" })).toMatch(/^::warning file=a b/);
  });

  test("SARIF has a rule for each code, results with their places, and related ones", () => {
    const log = sarifLog([wrong], "1.2.3", "https://pages/d.md") as {
      version: string;
      runs: { tool: { driver: Record<string, unknown> }; results: unknown[] }[];
    };
    expect(log.version).toBe("2.1.0");
    const [{ tool, results }] = log.runs as [(typeof log.runs)[number]];
    const codes = Object.keys(CODES);
    const rules = tool.driver["rules"] as { id: string }[];
    expect(tool.driver).toMatchObject({ name: "Reprise", semanticVersion: "1.2.3" });
    expect(rules.map(({ id }) => id)).toEqual(codes);
    expect(rules[codes.indexOf("R0204")]).toEqual({
      id: "R0204",
      shortDescription: { text: CODES.R0204 },
      helpUri: expect.stringMatching(/^https:\/\/pages\/d\.md#r0204-[a-z0-9-]+$/),
      defaultConfiguration: { level: "error" },
    });
    expect(rules[codes.indexOf("R0501")]).toMatchObject({ defaultConfiguration: { level: "warning" } });
    const at = (uri: string, startLine: number) => ({
      physicalLocation: {
        artifactLocation: { uri },
        region: { startLine, startColumn: 3, endLine: startLine, endColumn: 6 },
      },
    });
    expect(results).toEqual([
      {
        ...{ ruleId: "R0204", ruleIndex: codes.indexOf("R0204"), level: "error" },
        message: { text: wrong.message },
        locations: [at("a%20b.yaml", 2)],
        relatedLocations: [{ ...at("dir/b.yaml", 1), message: { text: "from here" } }],
      },
    ]);
    const page = readFileSync("docs/diagnostics.md", "utf8");
    const anchors = [...page.matchAll(/^## (R[0-9]{4}: .*)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, "")
        .replaceAll(" ", "-"),
    );
    expect(rules.map((rule) => (rule as unknown as { helpUri: string }).helpUri.split("#")[1])).toEqual(
      anchors,
    );
  });
});

describe("a finding for a person", () => {
  const shown = (text: string, more: Partial<Diagnostic>) =>
    printDiagnostic({ ...wrong, message: "No.", related: [], ...more }, new Map([["a b.yaml", text]]));
  const first = { line: 1, endLine: 1 };

  test("underlines its part; of several lines the rest of the first", () => {
    expect(shown("x\nabcdef\n", {})).toBe("a b.yaml:2:3: No. [R0204]\n    abcdef\n      ~~~");
    expect(shown("x\nabcdef  \nmore", { endLine: 3, endColumn: 2 })).toContain("\n    abcdef  \n      ~~~~");
    expect(shown("\ufeffabcdef\r\n", first)).toContain("\n    abcdef\n      ~~~");
    expect(shown("ab\n", { ...first, column: 3, endColumn: 3 })).toMatch(/\n {4}ab\n {6}~$/);
    expect(shown("a: b", { ...first, severity: "warning" })).toMatch(/^a b\.yaml:1:3: warning: No\. /);
  });

  test("keeps tabs, so that the underline stands under the text", () => {
    expect(shown("\t\tabc\n", first)).toBe("a b.yaml:1:3: No. [R0204]\n    \t\tabc\n    \t\t~~~");
  });

  test("shows no line where there is none", () => {
    for (const text of ["", "one line", "x\n   \ny"])
      expect(shown(text, {})).toBe("a b.yaml:2:3: No. [R0204]");
    expect(printDiagnostic({ ...wrong, message: "No.", related: [] }, new Map())).not.toContain("\n");
  });

  test("of a very long line shows the part around it", () => {
    const long = `${"a".repeat(300)}XYZ${"b".repeat(300)}`;
    const [, part, line] = shown(long, { ...first, column: 301, endColumn: 304 }).split("\n");
    expect(part).toHaveLength(4 + 160);
    expect(part!.slice(line!.indexOf("~"), line!.lastIndexOf("~") + 1)).toBe("XYZ");
    const [, start] = shown(long, { ...first, column: 2, endColumn: 4 }).split("\n");
    expect(start).toBe(`    ${"a".repeat(160)}`);
  });
});

describe("the page of a kind", () => {
  test("is what stands in the reference, of every kind", () => {
    const squeezed = (text: string) =>
      text
        .replaceAll(/^[\s|:-]+$/gm, "")
        .replaceAll(/ +/g, " ")
        .replaceAll(/\n{2,}/g, "\n");
    const reference = squeezed(readFileSync("docs/recipe-reference.md", "utf8"));
    for (const { schema } of KINDS) expect(reference).toContain(squeezed(kindPage(schema)).trim());
  });

  test("shows what stands in angle brackets, which are no tags", () => {
    expect(prose("as ${{ matrix.<key> }}, in code `<key>`")).toBe(
      "as ${{ matrix.\\<key> }}, in code `<key>`",
    );
    const shown = readFileSync("docs/recipe-reference.md", "utf8").replaceAll(/`[^`]*`/g, "");
    expect(shown).not.toMatch(/(?<!\\)<[a-z]+>/);
  });

  test("says none where there is none, and names an output's type where it has another name", () => {
    const bare = { title: "a/b", description: "D.", properties: {}, required: [], "x-metrics": {} };
    expect(kindPage({ ...bare, "x-outputs": {} })).toBe(
      "### a/b\n\nD.\n\nOutputs: none.\n\n| parameter | value | default | unit | trainer | affects | meaning |\n| --- | --- | --- | --- | --- | --- | --- |\n\nMetrics: none.",
    );
    const outputs = { model: "model", table: "lab/table" };
    expect(kindPage({ ...bare, "x-outputs": outputs, "x-metrics": { loss: "Mean.", f1: "F1." } })).toMatch(
      /Outputs: `model`, `table` \(lab\/table\)\.[^]*Metrics:\n\n- `loss`: Mean\.\n- `f1`: F1\.$/,
    );
    const x = {
      type: "number",
      default: 1,
      "x-unit": "s",
      "x-field": "A.x",
      "x-affects": "resume",
      description: "X.",
    };
    expect(kindPage({ ...bare, properties: { x, y: {} }, required: ["x"], "x-outputs": {} })).toContain(
      "\n| `x` (required) | number | `1` | s | `A.x` | resume | X. |\n| `y` | anything |  |  |  |  |  |\n",
    );
  });

  test.each([
    [{ "x-artifact": ["model", "hub"] }, "model or hub id"],
    [{ "x-artifacts": ["path"], type: "object" }, "mapping of path"],
    [{ $ref: "#/$defs/retry" }, "[retry](#retry)"],
    [{ enum: ["a", 1] }, '`"a"`, `1`'],
    [{ const: true }, "`true`"],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, "string or null"],
    [{ type: ["integer", "object"] }, "integer or mapping"],
    [{ type: "array", items: { type: "number" } }, "list of number"],
    [{ type: "array", items: true }, "list"],
    [{}, "anything"],
  ])("%j is %s", (schema, words) => {
    expect(typeOf(schema)).toBe(words);
  });

  test("ranges and cells are told in full", () => {
    const all = { minimum: 0, exclusiveMinimum: 1, maximum: 2, exclusiveMaximum: 3, multipleOf: 4 };
    expect(rangeOf(all)).toBe(" >= 0, > 1, <= 2, < 3, multiple of 4");
    expect(rangeOf({})).toBe("");
    expect([cell("a|b\nc"), cell(undefined), cell({ a: 1 })]).toEqual(["a\\|b c", "", '{"a":1}']);
    expect([code(undefined), code("a|b"), code(null)]).toEqual(["", '`"a\\|b"`', "`null`"]);
  });
});

describe("a kind's schema for editors", () => {
  const expression = {
    ...{ type: "string", pattern: "\\$\\{\\{", description: "An expression: ${{ … }}" },
  };

  test("lets an expression stand for what is no text, and says what a parameter becomes", () => {
    const { properties } = editorKind({
      properties: {
        rate: {
          ...{ type: "number", minimum: 0, default: 1, description: "How fast." },
          ...{ "x-unit": "1/s", "x-field": "A.rate", "x-affects": "result" },
        },
        name: { type: "string", description: "Which." },
        word: { type: "string", pattern: "^a$", description: "One." },
        list: { type: "array", items: { type: "integer" }, description: "Some." },
        either: { anyOf: [{ type: "number" }, { type: "null" }], description: "One of two." },
        more: { type: "object", properties: { inner: { type: "boolean" } }, description: "Parts." },
        other: { $ref: "#/$defs/x", description: "Elsewhere." },
      },
    });
    expect(properties).toEqual({
      rate: {
        ...{ default: 1, description: "How fast. Unit: 1/s. Trainer: A.rate. Affects: result." },
        ...{ "x-unit": "1/s", "x-field": "A.rate", "x-affects": "result" },
        anyOf: [{ type: "number", minimum: 0 }, expression],
      },
      name: { type: "string", description: "Which." },
      word: { description: "One.", anyOf: [{ type: "string", pattern: "^a$" }, expression] },
      list: {
        description: "Some.",
        anyOf: [{ type: "array", items: { anyOf: [{ type: "integer" }, expression] } }, expression],
      },
      either: { description: "One of two.", anyOf: [{ type: "number" }, { type: "null" }, expression] },
      more: {
        ...{ type: "object", description: "Parts." },
        properties: { inner: { anyOf: [{ type: "boolean" }, expression] } },
      },
      other: { $ref: "#/$defs/x", description: "Elsewhere." },
    });
    expect(editorKind({}).properties).toEqual({});
    expect(withExpressions({ type: "number" })).toEqual({ anyOf: [{ type: "number" }, expression] });
  });

  test("has the closing that editors know, and no ids", () => {
    const schema = {
      $id: "a",
      $schema: "b",
      unevaluatedProperties: false,
      anyOf: [{ $id: "c", type: "null" }],
    };
    expect(forEditors(schema)).toEqual({ additionalProperties: false, anyOf: [{ type: "null" }] });
    expect(forEditors({ unevaluatedProperties: true })).toEqual({});
    expect(forEditors({ unevaluatedProperties: false, additionalProperties: { type: "number" } })).toEqual({
      additionalProperties: { type: "number" },
    });
    expect([forEditors(null), forEditors("a")]).toEqual([null, "a"]);
  });

  test("counts for the steps that name the kind", () => {
    expect(whereUsed("./kinds/x", "lab/halve")).toEqual({
      if: { properties: { uses: { const: "./kinds/x" } }, required: ["uses"] },
      then: { properties: { with: { $ref: "#/$defs/lab.halve" } } },
    });
  });
});
