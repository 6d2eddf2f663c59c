import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ROOM_NAMES } from "../scripts/rooms.mjs";
import { KINDS } from "../activities/index.ts";

const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts", "*.mjs", "*.py"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(file))
  .map((file) => ({ file, lines: readFileSync(file, "utf8").split("\n").length - 1 }));
const sources = files.filter(({ file }) => !file.startsWith("tests/") && !file.includes("/generated/"));

describe("files stay small", () => {
  test("the median source file has at most 100 lines", () => {
    const sorted = sources.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(sorted.length).toBeGreaterThan(80);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(100);
  });

  test("no file has more than 400 lines, generated or not", () => {
    expect(files.filter(({ lines }) => lines > 400)).toEqual([]);
  });
});

test("imports run one way, without a cycle", () => {
  const output = execFileSync(
    "node_modules/.bin/depcruise",
    ["--config", ".dependency-cruiser.mjs", ...ROOM_NAMES],
    { encoding: "utf8" },
  );
  expect(output).toContain("no dependency violations found");
});

test("only the command knows terminal, working folder and exit codes", () => {
  const forbidden =
    /\bprocess\s*(?:\.|\[")\s*(?:exit|exitCode|cwd|chdir|argv|stdin|stdout|stderr)\b|\bconsole\s*\.|\bEXIT\b|from "(?:node:)?process"/g;
  const rooms = new Set(ROOM_NAMES.filter((room) => room !== "cli"));
  const found = sources
    .filter(({ file }) => rooms.has(file.split("/")[0]!))
    .flatMap(({ file }) => [...readFileSync(file, "utf8").matchAll(forbidden)].map(([text]) => [file, text]));
  expect(found).toEqual([]);
  // The pattern sees what it is for.
  expect(
    ["cli/output.ts", "cli/stopping.ts", "cli/errors.ts", "cli/commands/run.ts"].map(
      (file) => readFileSync(file, "utf8").match(forbidden)?.[0],
    ),
  ).toEqual(['from "node:process"', "EXIT", "EXIT", "process.cwd"]);
});

test("only the store knows where its files are", () => {
  // Its folder may be named, made and looked for; what is in it has names in store/store.ts.
  const forbidden =
    /store\/home\.ts"|path\.(?:join|resolve)\(\s*(?:[a-zA-Z.#]*store\b|root\b|home\b)|"(?:run|record|outcome|fields|work|owner|about|server|place|stopped)\.json"|"(?:engine\.log|log\.txt|events\.jsonl|report\.html)"/g;
  const rooms = new Set(ROOM_NAMES.filter((room) => room !== "store"));
  const found = sources
    .filter(({ file }) => rooms.has(file.split("/")[0]!))
    .flatMap(({ file }) => [...readFileSync(file, "utf8").matchAll(forbidden)].map(([text]) => [file, text]));
  expect(found).toEqual([]);
  expect(
    "store/store.ts store/runs.ts"
      .split(" ")
      .map((file) => readFileSync(file, "utf8").match(forbidden)?.length),
  ).toEqual([expect.any(Number), expect.any(Number)]);
});

test("generated types agree with their schemas", () => {
  execFileSync(process.execPath, ["scripts/generate.mjs", "--check"]);
});

test("every kind that Python trains or scores has its module, and no other", () => {
  const main = readFileSync("trainer/reprise_trainer/__main__.py", "utf8");
  const table = [...main.matchAll(/^ {4}"([a-z]+\/[a-z]+)": "([a-z_]+)",$/gm)].map(
    ([, kind, module]) => [kind!, module!] as const,
  );
  // These drive processes of their own: trainer/reprise_trainer/films/ and frames/.
  const own = new Set(["data/synthesize", "frames/extract"]);
  const trained = KINDS.names.filter((kind) => KINDS.get(kind).trainer === true);
  expect(trained).toEqual(
    KINDS.names.filter((kind) => KINDS.get(kind).schema["x-tools"].includes("python") && !own.has(kind)),
  );
  expect(table.map(([kind]) => kind).sort()).toEqual([...trained].sort());
  for (const [, module] of table) expect(existsSync(`trainer/reprise_trainer/kinds/${module}.py`)).toBe(true);
});

describe("a kind is one thing", () => {
  const folders = readdirSync("activities", { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const nameOf = (folder: string) => folder.replace("-", "/");

  test("each folder in activities/ is a kind that is registered, and holds nothing else", () => {
    expect(folders.map(nameOf).sort()).toEqual([...KINDS.names].sort());
  });

  test.each(folders)("name, folder, schema, work and tests of %s agree", async (folder) => {
    const kind = KINDS.get(nameOf(folder));
    expect(kind.schema.title).toBe(kind.name);
    expect(kind.schema.$id).toBe(`reprise:kinds/${folder}`);
    expect((await kind.perform()).perform).toBeTypeOf("function");
    const reference = readFileSync("docs/recipe-reference.md", "utf8");
    expect(reference).toContain(`\n### ${kind.name}\n`);
  });

  test("tests of kinds stand in folders of their names", () => {
    expect(readdirSync("tests/activities").filter((name) => !folders.includes(name))).toEqual([]);
  });

  test("no other file tests a kind's name, or its group", () => {
    const names = [...KINDS.names, ...KINDS.names.map((name) => name.replace(/\/.*/, "/"))];
    const written = new RegExp(`(["'\`])(?:${[...new Set(names)].join("|")})\\1`);
    const others = sources.filter(
      ({ file }) => /\.(ts|mjs)$/.test(file) && !/^(activities|benchmarks)\//.test(file),
    );
    expect(others.length).toBeGreaterThan(250);
    const found = others.flatMap(({ file }) =>
      readFileSync(file, "utf8")
        .split("\n")
        .flatMap((line, index) => (written.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

test("no text names a machine's folder or a registry", () => {
  const all = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "" && existsSync(file));
  const registry = ["registry", "npmjs"].join(".");
  const index = ["files", "pythonhosted"].join(".");
  for (const file of all) {
    const text = readFileSync(file, "utf8");
    expect
      .soft([file, text.includes(registry), text.includes(index), /\/(root|home)\/[a-z]/.test(text)])
      .toEqual([file, false, false, false]);
  }
});
