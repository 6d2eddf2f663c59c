import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { findToolchain } from "../../host/toolchain.ts";
import { KINDS } from "../../activities/index.ts";
import { lookAtKinds } from "../../scripts/kinds.mjs";
import { compareKinds, recordOf } from "../../scripts/kinds/compare.mjs";
import { digestTypeScript, pythonSources, sourcesOfKinds } from "../../scripts/kinds/sources.mjs";
import { temporaryFolder } from "../support/folders.ts";

const python = findToolchain().python!;

test("no kind's sources changed without its version: raise x-version and call `npm run kinds`, or `npm run kinds -- --harmless KIND`", async () => {
  const { raised, silent } = await lookAtKinds(python);
  expect({ raised, silent }).toEqual({ raised: [], silent: [] });
}, 60_000);

test("every kind has sources: its activity's, and where it has one its trainer's", async () => {
  const found = await sourcesOfKinds(packageRoot, python);
  expect(Object.keys(found).sort()).toEqual([...KINDS.names].sort());
  const has = (kind: string, ...files: string[]) =>
    expect(Object.keys(found[kind]!)).toEqual(expect.arrayContaining(files));
  has("run/noop", "activities/run-noop/perform.ts");
  has("frames/extract", "activities/frames-extract/perform.ts", "trainer/reprise_trainer/frames/cut.py");
  has("train/grpo", "programs/run-trainer.ts", "trainer/reprise_trainer/rewards/functions.py");
  has("eval/mcq", "asking/score.ts", "trainer/reprise_trainer/asking/replying.py");
  for (const kind of ["eval/mcq", "train/grpo"]) has(kind, "trainer/reprise_trainer/data/reading.json");
  expect(Object.keys(found["eval/mcq"]!)).not.toContain("trainer/reprise_trainer/kinds/train_grpo.py");
  expect(Object.keys(found["data/split"]!)).not.toContain("steps/step.ts");
}, 60_000);

describe("a digest", () => {
  const CODE = "export function f(a: number): number {\n  return a + 1;\n}\n";

  test.each([
    [
      "comments",
      "/** What it does. */\n// more\nexport function f(a: number): number { return a /* b */ + 1; }",
    ],
    ["layout", "export function f(\n  a: number,\n): number {\n\n  return (\n a + 1);\n}"],
    ["types", "interface X { y: string }\nexport function f(a: unknown) { return (a as number) + 1; }"],
  ])("of TypeScript does not change with %s", async (_, text) => {
    expect(await digestTypeScript(text)).toBe(await digestTypeScript(CODE));
  });

  test("of TypeScript changes with what it does", async () => {
    expect(await digestTypeScript(CODE.replace("+ 1", "+ 2"))).not.toBe(await digestTypeScript(CODE));
  });

  test("of Python changes with what it does, what it imports and its data, not with comments, docstrings and layout", () => {
    const root = temporaryFolder();
    mkdirSync(path.join(root, "scripts", "kinds"), { recursive: true });
    cpSync(
      path.join(packageRoot, "scripts", "kinds", "modules.py"),
      path.join(root, "scripts", "kinds", "modules.py"),
    );
    const place = path.join(root, "trainer", "reprise_trainer");
    mkdirSync(path.join(place, "deep"), { recursive: true });
    const write = (file: string, text: string) => writeFileSync(path.join(place, file), text);
    const digests = () => pythonSources(root, python, ["start"])["start"]!;
    write("__init__.py", "");
    write("deep/__init__.py", "");
    write("deep/inner.py", "from ..other import g\n\nA = g(1)\n");
    write("other.py", "def g(a):\n    return a\n");
    write("unused.py", "B = 1\n");
    write("data.json", '{ "a": 1 }');
    write("start.py", 'from .deep import inner\n\nFILE = "data.json"\nC = inner.A\n');
    const before = digests();
    expect(
      Object.keys(before)
        .map((file) => path.basename(file))
        .sort(),
    ).toEqual(["__init__.py", "data.json", "inner.py", "other.py", "start.py"]);
    write("other.py", '"""Words."""\n\n\ndef g(  a  ):  # more\n    """What it does."""\n    return (a)\n');
    write("data.json", '{"a":1}');
    expect(digests()).toEqual(before);
    const changes = (file: string, text: string) => {
      const old = readFileSync(path.join(place, file), "utf8");
      write(file, text);
      const now = digests();
      const changed = Object.keys(now).filter((name) => now[name] !== before[name]);
      write(file, old);
      return changed.map((name) => path.basename(name));
    };
    expect(changes("other.py", "def g(a):\n    return a + 1\n")).toEqual(["other.py"]);
    expect(changes("data.json", '{"a": 2}')).toEqual(["data.json"]);
    expect(changes("unused.py", "B = 2\n")).toEqual([]);
  });
});

describe("a change", () => {
  const sources = { "a/a": { "x.ts": "1", "both.ts": "1" }, "b/b": { "both.ts": "1" } };
  const versions = { "a/a": 1, "b/b": 1 };
  const recorded = recordOf(sources, versions);
  const look = (now: typeof sources, raisedTo: Partial<typeof versions> = {}) =>
    compareKinds(recorded, recordOf(now, { ...versions, ...raisedTo }), now);

  test("of a source without its kind's version is told with the file, for each kind that has it", () => {
    expect(look(sources)).toEqual({ raised: [], silent: [] });
    const now = { "a/a": { "x.ts": "1", "both.ts": "2" }, "b/b": { "both.ts": "2" } };
    const files = ["both.ts"];
    expect(look(now)).toEqual({
      raised: [],
      silent: [
        { kind: "a/a", files },
        { kind: "b/b", files },
      ],
    });
    expect(look(now, { "b/b": 2 })).toEqual({
      raised: [{ kind: "b/b", files }],
      silent: [{ kind: "a/a", files }],
    });
  });

  test("of a version alone is to be noted too", () => {
    expect(look(sources, { "a/a": 2 }).raised).toEqual([{ kind: "a/a", files: [] }]);
  });
});
