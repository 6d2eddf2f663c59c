import { expect, test } from "vitest";
import { KINDS } from "../../activities/index.ts";
import { compile } from "../../compiler/compile.ts";
import { fingerprint } from "../../core/fingerprint.ts";
import type { KindDefinition } from "../../core/kind.ts";
import { Kinds } from "../../core/kinds.ts";
import type { ParameterSchema } from "../../schemas/kinds.ts";

const common = { "x-version": 1, "x-tools": [], "x-resources": { cpu: 1, memory_gb: 1 }, "x-metrics": {} };

const kind = (
  name: string,
  properties: Record<string, object>,
  outputs: Record<string, string>,
  more: Partial<KindDefinition> = {},
): KindDefinition => ({
  name,
  schema: {
    ...common,
    $id: `test:${name}`,
    title: name,
    description: "Of this test.",
    properties: properties as Record<string, ParameterSchema>,
    required: [],
    "x-outputs": outputs,
    ...{ type: "object", unevaluatedProperties: false },
  },
  ...more,
});

const sort = { description: "How.", type: "string", default: "up", "x-affects": "result" };
const colour = { description: "For people.", type: "string", default: "red", "x-affects": "naming" };
const table = {
  description: "What is counted.",
  type: "string",
  "x-artifact": ["test/table"],
  "x-affects": "result",
};
const counting = kind("test/count", { sort, colour, table }, { counts: "metrics" }, { called: ["tally"] });
const making = kind("test/make", {}, { table: "test/table" }, { makes: { "test/table": "a table" } });
const kinds = new Kinds([...KINDS, making, counting]);

const compiled = (steps: string) =>
  compile({
    file: "r.yaml",
    text: `recipe: 1\nname: r\nsteps:\n${steps}`,
    ...{ profile: null, settings: [], kinds },
    read: () => "",
  });
const told = (steps: string) => compiled(steps).diagnostics.map(({ code, message }) => `${code} ${message}`);

const MADE = "  made: { uses: test/make, with: {} }\n";

test("a kind that a registry adds is checked and planned as any other, with a type of its own", () => {
  const { plan, diagnostics } = compiled(
    `${MADE}  counted: { uses: test/count, with: { table: "\${{ steps.made.outputs.table }}" } }\n`,
  );
  expect(diagnostics).toEqual([]);
  const [made, counted] = plan!.steps;
  expect(made!.outputs).toEqual({ table: "test/table" });
  expect(counted).toMatchObject({
    kind: "test/count",
    params: { sort: "up", colour: "red" },
    after: ["made"],
  });
  const tools = { python: "p", cuda: "none", packages: {}, ffmpeg: "f", interpreter: "3.11" };
  const print = (params: object) =>
    fingerprint(counting.schema, { ...counted!, params: { ...counted!.params, ...params } }, {}, tools);
  expect(print({ colour: "blue" })).toBe(print({}));
  expect(print({ sort: "down" })).not.toBe(print({}));
});

test("its errors are those of any kind: parameters, outputs, types, and its name", () => {
  expect(told("  s: { uses: test/count, with: { sotr: up } }\n")).toEqual([
    expect.stringMatching(/^R0101 'sotr' is not a key of .*Did you mean 'sort'\?/),
  ]);
  const wrong = "  data: { uses: data/synthesize, with: { clips: { eval: 1 } } }\n";
  expect(
    told(`${wrong}  s: { uses: test/count, with: { table: "\${{ steps.data.outputs.dataset }}" } }\n`),
  ).toEqual(["R0204 'table' takes a table, but this is a dataset."]);
  expect(
    told(`${MADE}  s: { uses: test/count, with: { table: "\${{ steps.made.outputs.tabel }}" } }\n`),
  ).toEqual([expect.stringContaining("Did you mean 'table'?")]);
  for (const name of ["test/cuont", "tally"])
    expect(told(`  s: { uses: ${name}, with: {} }\n`)).toEqual([
      expect.stringMatching(
        /^R0104 .* must be one of data\/synthesize, .*, test\/count; .*Did you mean 'test\/count'\?/,
      ),
    ]);
});

test("a registry that lacks a kind says so, and gives none in its place", () => {
  expect(new Kinds([]).find("run/noop")).toBeUndefined();
  expect(() => new Kinds([making, making])).toThrow("Two kinds have one name.");
  expect(() => new Kinds([]).get("run/noop")).toThrow("There is no kind 'run/noop' here.");
  expect(KINDS.turning("adapter", "model")?.name).toBe("model/merge");
  expect(KINDS.turning("model", "adapter")).toBeUndefined();
});
