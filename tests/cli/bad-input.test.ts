import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { reprise } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { SMALL } from "../support/recipes.ts";

const folder = temporaryFolder();
const write = (name: string, text: string | Buffer): string => {
  writeFileSync(path.join(folder, name), text);
  return name;
};
const small = write("small.yaml", SMALL);

describe("a recipe that cannot be used exits with 2, place and code, and starts nothing", () => {
  mkdirSync(path.join(folder, "folder.yaml"));
  test.each<[string, string, RegExp]>([
    [
      "unknown key",
      write("key.yaml", SMALL.replace("size:", "sise:")),
      /^key\.yaml:11:7: 'sise' is not a key .* \[R0101\]$/m,
    ],
    [
      "wrong type",
      write("type.yaml", SMALL.replace("eval: 2", "eval: two")),
      /^type\.yaml:6:28: .* must be an integer.* \[R0103\]$/m,
    ],
    [
      "unknown kind",
      write("kind.yaml", SMALL.replace("data/synthesize", "data/none")),
      /^kind\.yaml:5:11: .* must be one of .* \[R0104\]$/m,
    ],
    [
      "unknown output",
      write("output.yaml", SMALL.replace("outputs.dataset", "outputs.none")),
      /^output\.yaml:10:40: .* \[R0202\]$/m,
    ],
    [
      "a cycle",
      write(
        "cycle.yaml",
        SMALL.replace("    uses: data/synthesize", "    uses: data/synthesize\n    needs: [frames]"),
      ),
      /^cycle\.yaml:4:3: .*'walks' waits for 'frames' waits for 'walks'.* \[R0205\]$/m,
    ],
    ["no such file", "none.yaml", /^none\.yaml:1:1: There is no file 'none\.yaml'\. \[R0001\]$/m],
    ["a directory", "folder.yaml", /^folder\.yaml:1:1: 'folder\.yaml' is a directory.* \[R0001\]$/m],
    ["an empty file", write("empty.yaml", ""), /^empty\.yaml:1:1: The file is empty\..* \[R0003\]$/m],
    [
      "a binary file",
      write("binary.yaml", Buffer.from([0, 1, 2, 255])),
      /^binary\.yaml:1:1: .* is a binary file\. \[R0001\]$/m,
    ],
    ["not YAML", write("not.yaml", "a: [1\nb: }"), /^not\.yaml:\d+:\d+: .* \[R0002\]$/m],
    [
      "a missing input",
      write(
        "input.yaml",
        'recipe: 1\nname: a\ninputs: { d: { type: dataset, path: none } }\nsteps: { f: { uses: frames/extract, with: { dataset: "${{ inputs.d }}", size: 56x56 } } }\n',
      ),
      /^input\.yaml:3:37: There is no 'none' in the recipe's folder\. \[R0401\]$/m,
    ],
  ])("%s", async (_, file, message) => {
    const ended = await reprise(folder, ["run", file]);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toContain("nothing was started");
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(ended.code).toBe(2);
  });

  test("an input with another digest", async () => {
    mkdirSync(path.join(folder, "data"));
    write(
      "digest.yaml",
      `recipe: 1\nname: a\ninputs: { d: { type: dataset, path: data, sha256: ${"a".repeat(64)} } }\nsteps: { f: { uses: frames/extract, with: { dataset: "\${{ inputs.d }}", size: 56x56 } } }\n`,
    );
    const ended = await reprise(folder, ["run", "digest.yaml"]);
    expect(ended.stderr).toMatch(
      /^digest\.yaml:3:51: 'data' has the digest [0-9a-f]{64}, not the stated one\. .* \[R0402\]$/m,
    );
    expect(ended.code).toBe(2);
  });
});

describe("validate", () => {
  test("accepts the recipes of the repository", async () => {
    const ended = await reprise(packageRoot, ["validate", "recipes/demo.yaml", "recipes/st-r1.yaml"]);
    expect(ended).toMatchObject({
      code: 0,
      stdout: "recipes/demo.yaml: valid, 9 steps\nrecipes/st-r1.yaml: valid, 19 steps",
    });
  });

  test("gives exactly one JSON document, with places", async () => {
    const ended = await reprise(folder, ["validate", "key.yaml", "type.yaml", "--json"]);
    const answer = JSON.parse(ended.stdout) as { valid: boolean; diagnostics: Record<string, unknown>[] };
    expect(answer.valid).toBe(false);
    expect(answer.diagnostics.map(({ file, line, code }) => [file, line, code])).toEqual([
      ["key.yaml", 11, "R0101"],
      ["type.yaml", 6, "R0103"],
    ]);
    expect(answer.diagnostics[0]).toMatchObject({
      severity: "error",
      column: 7,
      endLine: 11,
      endColumn: 11,
      path: "steps.frames.with.sise",
      suggestion: "size",
    });
    expect(ended.code).toBe(2);
  });
});

describe("with --json there is exactly one document, whatever is wrong", () => {
  test.each(["plan", "conform", "run"])("%s of an invalid recipe says what validate says", async (verb) => {
    writeFileSync(path.join(folder, "wrong.yaml"), SMALL.replace("size: 56x56", "size: 30x30"));
    const ended = await reprise(folder, [verb, "wrong.yaml", "--json"]);
    const answer = JSON.parse(ended.stdout) as { valid: boolean; diagnostics: object[]; error: object };
    expect(answer.valid).toBe(false);
    expect(answer.diagnostics).toMatchObject([{ code: "R0104", suggestion: "28x28", line: 11 }]);
    expect(answer.error).toMatchObject({ exitCode: 2 });
    expect(ended.stderr).toContain("wrong.yaml:11:13: Both sides of 30x30 must be multiples of 28");
    expect(ended.code).toBe(2);
  });

  test("an unknown option and a missing run too", async () => {
    for (const args of [
      ["plan", small, "--nonsense"],
      ["status", "nothing"],
      ["cancel", "nothing"],
    ]) {
      const ended = await reprise(folder, [...args, "--json"]);
      expect(JSON.parse(ended.stdout)).toMatchObject({ error: { exitCode: 2 } });
      expect(ended.stderr).not.toBe("");
      expect(ended.code).toBe(2);
    }
  });

  test("options that contradict each other are refused", async () => {
    const ended = await reprise(folder, ["plan", small, "--graph", "--json"]);
    expect(ended.stderr).toContain("cannot be used with option");
    expect(ended.code).toBe(2);
  });
});

describe("an input folder that cannot be read to its end", () => {
  const data = path.join(folder, "odd");
  const file = path.join(folder, "odd.yaml");
  const says = async (): Promise<string> => (await reprise(folder, ["run", "odd.yaml"])).stderr;
  beforeAll(() => {
    mkdirSync(data);
    writeFileSync(
      file,
      `recipe: 1\nname: odd\ninputs: { d: { type: dataset, path: odd } }\nsteps:\n  cut: { uses: frames/extract, with: { dataset: "\${{ inputs.d }}", size: 28x28 } }\n`,
    );
  });

  test("because of a pipe", async () => {
    execFileSync("mkfifo", [path.join(data, "pipe")]);
    expect(await says()).toContain(
      "odd.yaml:3:37: 'odd' cannot be used: 'pipe' is neither a file nor a folder; remove it. [R0401]",
    );
    rmSync(path.join(data, "pipe"));
  });

  test("because of a link back to a folder above it, or to nothing", async () => {
    mkdirSync(path.join(data, "inner"));
    symlinkSync("..", path.join(data, "inner", "up"));
    expect(await says()).toContain("the link 'inner/up' leads back to a folder above it");
    rmSync(path.join(data, "inner", "up"));
    symlinkSync("gone", path.join(data, "inner", "lost"));
    expect(await says()).toContain("the link 'inner/lost' leads nowhere");
  });
});

describe("a machine that lacks something", () => {
  const nothing = { REPRISE_PYTHON: "/none", REPRISE_FFMPEG: "/none", REPRISE_SERVER: "/none" };

  test("no server: exit 5 and what to do", async () => {
    const ended = await reprise(folder, ["run", small], {
      ...nothing,
      REPRISE_HOME: path.join(folder, "home1"),
    });
    expect(ended.stderr).toBe(
      "The Temporal server is missing. Run 'reprise setup', set REPRISE_SERVER to a 'temporal' binary, or set TEMPORAL_ADDRESS to a running server.",
    );
    expect(ended.code).toBe(5);
  });

  test("a server that does not answer: exit 5 and its address", async () => {
    const ended = await reprise(folder, ["up"], { TEMPORAL_ADDRESS: "127.0.0.1:9" });
    expect(ended.stderr).toBe("No Temporal server answers at 127.0.0.1:9. Check TEMPORAL_ADDRESS.");
    expect(ended.code).toBe(5);
  });

  test("a folder that cannot be written: exit 5 and REPRISE_HOME", async () => {
    const ended = await reprise(folder, ["run", small], { REPRISE_HOME: path.join(folder, small) });
    expect(ended.stderr).toMatch(
      /cannot be written \((EEXIST|ENOTDIR)\)\. Set REPRISE_HOME to a folder that can\./,
    );
    expect(ended.code).toBe(5);
  });

  test.skipIf(process.getuid?.() === 0)("a read-only folder: exit 5", async () => {
    const locked = path.join(folder, "locked");
    mkdirSync(locked);
    chmodSync(locked, 0o555);
    writeFileSync(path.join(folder, "r.yaml"), SMALL);
    expect((await reprise(locked, ["run", "../r.yaml"])).code).toBe(5);
  });

  test("doctor says what is missing and how to get it", async () => {
    const ended = await reprise(folder, ["doctor", "--json"], nothing);
    const { ok, checks } = JSON.parse(ended.stdout) as {
      ok: boolean;
      checks: { name: string; ok: boolean; advice: string }[];
    };
    expect(ok).toBe(false);
    expect(checks.filter((check) => !check.ok).map(({ name }) => name)).toEqual([
      "Python environment",
      "ffmpeg",
      "Temporal server",
    ]);
    for (const { ok: fine, advice } of checks) if (!fine) expect(advice).toContain("reprise setup");
    expect(ended.code).toBe(5);
  });

  test("doctor tries what the store's folder keeps", async () => {
    const found = async (home: string) => {
      const { stdout } = await reprise(folder, ["doctor", "--json"], { REPRISE_HOME: home });
      const { checks } = JSON.parse(stdout) as { checks: { name: string; ok: boolean; found: string }[] };
      return checks.find(({ name }) => name === "store");
    };
    const [none, made, file] = ["none", "made", small].map((name) => path.join(folder, name));
    expect(await found(none!)).toMatchObject({ ok: true, found: `made when needed, ${none}` });
    expect(existsSync(none!)).toBe(false);
    mkdirSync(made!);
    expect(await found(made!)).toMatchObject({ ok: true, found: made });
    expect(readdirSync(made!).filter((name) => name.startsWith("probe-"))).toEqual([]);
    expect(await found(file!)).toMatchObject({ ok: false, found: `${file}, it cannot be written (ENOTDIR)` });
  });

  test("without HOME everything but the tools works", async () => {
    expect((await reprise(folder, ["validate", small], { HOME: "" })).code).toBe(0);
  });
});

describe("the command line", () => {
  test("an unknown verb exits with 2", async () => {
    const ended = await reprise(folder, ["rum"]);
    expect(ended.stderr).toContain("Did you mean run?");
    expect(ended.code).toBe(2);
  });

  test.each([
    "validate",
    "plan",
    "conform",
    "run",
    "status",
    "logs",
    "cancel",
    "report",
    "up",
    "down",
    "doctor",
    "schema",
  ])("%s has help with an example", async (verb) => {
    const ended = await reprise(folder, [verb, "--help"]);
    expect(ended.stdout).toContain(`$ reprise ${verb}`);
    expect(ended.code).toBe(0);
  });

  test("a run that is not there exits with 2", async () => {
    expect(await reprise(folder, ["status", "last"])).toMatchObject({
      code: 2,
      stderr: "There is no run here yet.",
    });
  });

  test("schema prints the recipe's schema with every kind in it", async () => {
    const ended = await reprise(folder, ["schema"]);
    const schema = JSON.parse(ended.stdout) as { $defs: object };
    expect(Object.keys(schema.$defs)).toEqual(expect.arrayContaining(["step", "train.grpo"]));
  });
});

test("plan shows each step's action without starting anything, even when inputs are missing", async () => {
  const ended = await reprise(packageRoot, ["plan", "recipes/st-r1.yaml", "--json"], {
    REPRISE_HOME: path.join(folder, "home2"),
  });
  const plan = JSON.parse(ended.stdout) as {
    missing: string[];
    digest: string;
    steps: { id: string; kind: string; action: string; after: string[] }[];
  };
  expect(plan.missing).toEqual(["training", "benchmark", "videos"]);
  expect(plan.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(plan.steps.map(({ id, action }) => `${id} ${action}`)).toContain("grpo run");
  expect(plan.steps.find(({ id }) => id === "grpo")!.after).toEqual(["merge", "frames"]);
  expect(readFileSync(path.join(packageRoot, "recipes/st-r1.yaml"), "utf8")).toContain("Table 5");
});
