import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { cacheIn } from "../support/cache.ts";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { wheel } from "../support/wheel.ts";

const LIMIT = 240_000;

const RECIPE = `recipe: 1
name: own
steps:
  halve:
    uses: ./kinds/lab-halve
    with: { start: 8, steps: 30, label: first }
    checkpoint: { every: 3 steps }
claims:
  - { id: small, says: It gets small., metric: halve.value, at_most: 0.0001 }
`;

interface Previewed {
  steps: { id: string; action: string; because: { field: string; text: string }[] }[];
}

/** A folder with a new kind, which takes its divisor from a package where it is in Python, and a recipe that uses it. */
async function prepared(language: "python" | "node") {
  const folder = temporaryFolder();
  stopServerAfterwards(folder);
  // What a trial that fails leaves to be looked at goes with the folder.
  const env: Record<string, string> = {
    TMPDIR: folder,
    ...(language === "python" ? { REPRISE_CACHE: cacheIn(folder) } : {}),
  };
  const call = (...args: string[]) => reprise(folder, args, env);
  const made = await call("kind", "new", "lab/halve", "--json", ...(language === "node" ? ["--node"] : []));
  expect(made.code, made.stderr).toBe(0);
  const edit = (file: string, change: (text: string) => string) => {
    const place = path.join(folder, file);
    const before = existsSync(place) ? readFileSync(place, "utf8") : "";
    expect(change(before)).not.toBe(before);
    writeFileSync(place, change(before));
  };
  if (language === "python") {
    edit("kinds/lab-halve/main.py", (text) =>
      text
        .replace("import json\n", "import divisors\nimport json\n")
        .replace('["value"] / 2', '["value"] / divisors.BY'),
    );
    edit("kinds/lab-halve/requirements.lock", () => wheel(folder, "divisors", "1.0", "BY = 2\n"));
  }
  edit("r.yaml", () => RECIPE);
  const stepIn = async (...args: string[]) => {
    const ended = await call("run", "r.yaml", "--json", ...args);
    expect(ended.code, ended.stderr).toBe(0);
    const record = JSON.parse(ended.stdout) as RunRecord;
    return { record, step: record.steps[0]! };
  };
  const planned = async (...args: string[]) => {
    const { stdout } = await call("plan", "r.yaml", "--json", ...args);
    const [step] = (JSON.parse(stdout) as Previewed).steps;
    return [step!.action, ...step!.because.map(({ text }) => text)];
  };
  return { folder, env, call, edit, stepIn, planned };
}

describe.each([
  ["python", "main.py"],
  ["node", "main.mjs"],
] as const)("a kind from outside, in %s", (language, program) => {
  test(
    "is planned, run, killed and resumed, reported, judged, and reused until its code changes",
    async () => {
      const { folder, env, edit, stepIn, planned } = await prepared(language);
      expect(await planned()).toEqual(["run", "never run"]);

      const killed = start(folder, ["run", "r.yaml"], env);
      const works = path.join(folder, ".reprise", "work");
      const hasCheckpoint = () =>
        existsSync(works) &&
        readdirSync(works, { recursive: true }).some((name) => String(name).endsWith("checkpoint-6"));
      while (!hasCheckpoint()) await sleep(20);
      process.kill(-killed.pid!, "SIGKILL");
      await killed;

      const first = await stepIn();
      expect(first.step).toMatchObject({ status: "done", kind: "lab/halve", attempts: 2 });
      expect(first.step.resumed_from[0]).toBeGreaterThanOrEqual(6);
      expect(first.step.metrics["value"]).toBe(8 / 2 ** 30);
      expect(first.step.outputs["table"]!.type).toBe("lab/table");
      expect(first.record.claims).toMatchObject([{ id: "small", verdict: "REPRODUCED" }]);
      const report = readFileSync(
        path.join(folder, ".reprise", "runs", first.record.run, "report.html"),
        "utf8",
      );
      expect(report).toMatch(/<svg[\s\S]*What is left of the number\./);
      expect((await reprise(folder, ["status", "last"], env)).stdout).toContain("value 7.451e-9");

      expect((await stepIn()).step.status).toBe("reused");
      expect(await planned("--set", "steps.halve.with.label=second")).toEqual(["reuse"]);
      expect(await planned("--set", "steps.halve.with.pause=0")).toEqual(["reuse"]);
      expect(await planned("--set", "steps.halve.with.start=9")).toEqual(["run", "start 8 -> 9"]);

      edit(`kinds/lab-halve/${program}`, (text) => `${text}\n`);
      expect(await planned()).toEqual(["run", `kind ./kinds/lab-halve changed: ${program}`]);
      const again = await stepIn("--set", "steps.halve.with.pause=0");
      expect(again.step).toMatchObject({ status: "done", resumed_from: [] });
      expect(again.step.outputs["table"]!.digest).toBe(first.step.outputs["table"]!.digest);

      if (language === "node") return;
      edit("kinds/lab-halve/requirements.lock", () => wheel(folder, "divisors", "2.0", "BY = 4\n"));
      expect(await planned()).toEqual(["run", "kind ./kinds/lab-halve changed: requirements.lock"]);
      const other = await stepIn("--set", "steps.halve.with.pause=0");
      expect(other.step).toMatchObject({ status: "done", metrics: { value: 8 / 4 ** 30 } });
    },
    LIMIT,
  );

  test(
    "is tried: run, killed, resumed, compared",
    async () => {
      const { call } = await prepared(language);
      const ended = await call("kind", "check", "kinds/lab-halve", "--set", "start=4");
      expect(ended.code, ended.stderr).toBe(0);
      expect(ended.stdout).toMatch(
        /Killed at checkpoint-\d+ and resumed from checkpoint \d+: the same result\./,
      );
      expect(ended.stdout).toContain("table (lab/table)");
    },
    LIMIT,
  );
});

test(
  "trying a kind finds one that forgets what it had, and one that fails",
  async () => {
    const { call, edit } = await prepared("node");
    edit("kinds/lab-halve/main.mjs", (text) =>
      text.replace("value: state.value / 2", "value: Math.random()"),
    );
    const forgetful = await call("kind", "check", "kinds/lab-halve");
    expect(forgetful.stdout).toContain("another result (table, value)");
    expect(forgetful.code).toBe(1);
    edit("kinds/lab-halve/main.mjs", () => `console.error("no such thing"); process.exit(3);\n`);
    const failing = await call("kind", "check", "kinds/lab-halve", "--json");
    expect(failing.code).toBe(1);
    const { first, again } = JSON.parse(failing.stdout) as { first: RunRecord; again: null };
    expect(first.failure!.message).toContain("no such thing");
    expect(again).toBeNull();
    const place = /Its files are in '(.*)'/.exec(failing.stderr)![1]!;
    expect(existsSync(path.join(place, "runs", first.run, "trial", "log.txt"))).toBe(true);
  },
  LIMIT,
);

describe("mistakes have places and suggestions", () => {
  test("in a recipe that uses the kind", async () => {
    const { call, edit } = await prepared("node");
    edit("r.yaml", (text) =>
      text
        .replace("start: 8, steps: 30", "strat: 8, steps: 0, pause: fast")
        .replace("halve.value", "halve.valeu"),
    );
    const { stdout, code } = await call("validate", "r.yaml");
    expect(code).toBe(2);
    expect(stdout).toContain(
      "r.yaml:6:13: 'strat' is not a key of 'steps.halve.with'. Did you mean 'start'? [R0101]",
    );
    expect(stdout).toContain("r.yaml:6:30: 'steps.halve.with.steps' must be >= 1; it is 0. [R0104]");
    expect(stdout).toContain(
      "r.yaml:6:40: 'steps.halve.with.pause' must be a number; it is the text 'fast'. [R0103]",
    );
    expect(stdout).toMatch(
      /r\.yaml:9:\d+: lab\/halve has no metric 'valeu'\. Did you mean 'halve\.value'\? \[R0304\]/,
    );
  });

  test("in its kind.yaml", async () => {
    const { call, edit } = await prepared("node");
    edit("kinds/lab-halve/kind.yaml", (text) =>
      text.replace("x-affects: naming", "x-affects: nameing").replace("run: [node", "rnu: [node"),
    );
    for (const args of [
      ["validate", "r.yaml"],
      ["kind", "check", "kinds/lab-halve"],
    ]) {
      const { stdout, stderr, code } = await call(...args);
      expect(code).toBe(2);
      expect(stdout + stderr).toContain(
        "kinds/lab-halve/kind.yaml:5:1: 'rnu' is not a key of the file. Did you mean 'run'? [R0101]",
      );
      expect(stdout + stderr).toMatch(
        /kind\.yaml:17:\d+: 'properties\.label\.x-affects' must be one of .* Did you mean 'naming'\? \[R0104\]/,
      );
    }
  });

  test("in the command line", async () => {
    const { call } = await prepared("node");
    for (const [args, says] of [
      [["kind", "new", "halve"], "'halve' is no name of a kind."],
      [["kind", "new", "run/noop"], "'run/noop' is a kind of Reprise."],
      [["kind", "new", "lab/halve"], "Something is in 'kinds/lab-halve' already."],
      [["kind", "check", "kinds/gone"], "There is no file 'kinds/gone/kind.yaml'."],
      [["kind", "docs", "kinds/gone"], "There is no file 'kinds/gone/kind.yaml'."],
      [["kind", "check", "kinds/lab-halve", "--set", "stepps=3"], "Did you mean 'steps'?"],
    ] as const) {
      const { stderr, code } = await call(...args);
      expect(stderr).toContain(says);
      expect(code).toBe(2);
    }
  });
});

test("where a kind comes from, and another title, are told in a plan", async () => {
  const { call, edit, planned, stepIn } = await prepared("node");
  expect((await call("plan", "r.yaml", "--origins")).stdout).toContain(
    "halve.uses = ./kinds/lab-halve  r.yaml:5:11",
  );
  await stepIn("--set", "steps.halve.with.pause=0");
  edit("kinds/lab-halve/kind.yaml", (text) => text.replace("lab/halve", "lab/half"));
  expect(await planned()).toEqual([
    "run",
    "kind lab/halve -> lab/half",
    "kind ./kinds/lab-halve changed: kind.yaml",
  ]);
}, 60_000);

test("its page and the editor's schema of its recipe have its parameters", async () => {
  const { call } = await prepared("node");
  const page = (await call("kind", "docs", "kinds/lab-halve")).stdout;
  expect(page).toContain("| `steps` | integer >= 1 | `20` |");
  expect(page).toContain("- `value`: What is left of the number.");
  const schema = JSON.parse((await call("schema", "r.yaml")).stdout) as {
    $defs: Record<string, { properties: Record<string, { description?: string }> }>;
  };
  expect(schema.$defs["lab.halve"]!.properties["steps"]!.description).toContain("How often it is halved.");
});

test(
  "the kind in the README runs as it stands there, in at most 25 lines",
  async () => {
    const folder = temporaryFolder();
    const [, section] = /kind:begin -->([\s\S]*?)<!-- kind:end/.exec(readFileSync("README.md", "utf8"))!;
    const texts = [...section!.matchAll(/```\w+\n# kinds\/lab-halve\/(\S+)\n([\s\S]*?)```/g)];
    const lines = texts.flatMap(([, , text]) => text!.trimEnd().split("\n"));
    expect(lines.length + texts.length).toBeLessThanOrEqual(25);
    const place = path.join(folder, "kinds", "lab-halve");
    mkdirSync(place, { recursive: true });
    for (const [, name, text] of texts) writeFileSync(path.join(place, name!), text!);
    writeFileSync(path.join(place, "requirements.lock"), "");
    const ended = await reprise(folder, ["kind", "check", "kinds/lab-halve"], {
      REPRISE_CACHE: cacheIn(folder),
    });
    expect(ended.stdout + ended.stderr).toContain("done in");
    expect(ended.code).toBe(0);
  },
  LIMIT,
);
