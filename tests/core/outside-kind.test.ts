import { expect, test } from "vitest";
import { isGivenType, isLeftBehind, isOwnType, outsideDefinition } from "../../core/outside-kind.ts";
import type { KindSchema } from "../../schemas/kinds.ts";
import type { OutsideKind } from "../../schemas/plan.ts";

const schema = {
  ...{ title: "lab/halve", "x-outputs": { model: "model", table: "lab/table" } },
  "x-metrics": { loss: "Mean loss.", value: "What is left." },
} as unknown as KindSchema;
const kindWith = (more: Partial<OutsideKind>): OutsideKind => ({
  ...{ folder: "./kinds/x", run: ["node", "main.mjs"], schema, charts: ["loss", "value"], main: "value" },
  ...more,
});

test("a kind from outside brings its own types, and curves of colours that differ", () => {
  const kind = outsideDefinition(kindWith({}));
  expect(kind).toMatchObject({ name: "lab/halve", takesAnySecret: true });
  expect(kind.outside?.folder).toBe("./kinds/x");
  expect(kind.makes).toEqual({ "lab/table": "an artifact of type lab/table" });
  expect(kind.curves).toEqual([
    { metric: "loss", title: "Mean loss.", colour: "blue" },
    { metric: "value", title: "What is left.", colour: "green" },
  ]);
  const many = outsideDefinition(kindWith({ charts: ["loss", "loss", "loss", "loss", "value"] }));
  expect(many.curves!.map(({ colour }) => colour)).toEqual(["blue", "green", "orange", "purple", "blue"]);
});

test("its main number has four digits, and is none where there is none", () => {
  expect(outsideDefinition(kindWith({})).mainNumber!({ value: 0.123456 })).toBe("value 0.1235");
  expect(outsideDefinition(kindWith({})).mainNumber!({ loss: 1 })).toBe("");
  expect(outsideDefinition(kindWith({ main: null })).mainNumber!({ value: 1 })).toBe("");
});

test.each([
  ["lab/table", true, true],
  ["l2-b/t-1", true, true],
  ["path", false, true],
  ["dataset", false, true],
  ["model", false, true],
  ["adapter", false, false],
  ["Lab/table", false, false],
  ["lab/table/x", false, false],
  ["1lab/table", false, false],
  ["lab/", false, false],
])("%s: a type of a kind's own %j, one that a recipe can be given %j", (type, own, given) => {
  expect([isOwnType(type), isGivenType(type)]).toEqual([own, given]);
});

test("what tools leave in a kind's folder is told from what belongs to it", () => {
  const left = [
    ...[".git", ".hg", ".svn", "__pycache__", ".venv", ".pytest_cache", ".mypy_cache", ".ruff_cache"],
    ...[".ipynb_checkpoints", ".idea", ".vscode", ".DS_Store", "Thumbs.db"],
    ...[".main.py.swp", ".main.py.swo", ".#main.py", "#main.py#", "main.py~"],
  ];
  expect(left.filter((name) => !isLeftBehind(name))).toEqual([]);
  const own = [
    ...["main.py", "kind.yaml", "requirements.lock", "main.pyc", "node_modules", "venv", ".env"],
    ...[".gitignore", ".gitmodules", "git", "a.swp", "~", "~main.py", "#1", "data#", ".swp.py"],
  ].filter((name) => name !== "~");
  expect(own.filter(isLeftBehind)).toEqual([]);
});
