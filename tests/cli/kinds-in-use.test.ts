import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const LIMIT = 120_000;

/** A folder with a new kind in JavaScript, and what a test does there. */
async function prepared() {
  const folder = temporaryFolder();
  stopServerAfterwards(folder);
  // What a trial that fails leaves to be looked at goes with the folder.
  const call = (...args: string[]) => reprise(folder, args, { TMPDIR: folder });
  const made = await call("kind", "new", "lab/halve", "--node");
  expect(made.code, made.stderr).toBe(0);
  const kind = path.join(folder, "kinds", "lab-halve");
  const edit = (file: string, change: (text: string) => string) => {
    const place = path.join(kind, file);
    const before = readFileSync(place, "utf8");
    expect(change(before)).not.toBe(before);
    writeFileSync(place, change(before));
  };
  const step = "{ uses: ./kinds/lab-halve, with: { steps: 3, pause: 0 } }";
  writeFileSync(path.join(folder, "r.yaml"), `recipe: 1\nname: own\nsteps: { halve: ${step} }\n`);
  return { folder, kind, call, edit };
}

test(
  "a run that goes on with another kind.yaml or program says which files changed, and its record too",
  async () => {
    const { folder, call, edit } = await prepared();
    edit("main.mjs", (text) => `process.exit(3);\n${text}`);
    expect((await call("run", "r.yaml")).code).not.toBe(0);
    edit("main.mjs", (text) => text.replace("process.exit(3);\n", ""));
    const ended = await call("resume", "last");
    expect(ended.stdout).toContain("recipe: kind ./kinds/lab-halve changed: main.mjs\n");
    expect(ended.stdout).not.toContain("sha256");
    expect(ended.code, ended.stderr).toBe(0);
    const runs = path.join(folder, ".reprise", "runs");
    const [run] = readdirSync(runs);
    const record = JSON.parse(readFileSync(path.join(runs, run!, "record.json"), "utf8")) as RunRecord;
    expect(record.versions[0]!.changes).toMatchObject([{ step: null, field: "kind ./kinds/lab-halve" }]);
  },
  LIMIT,
);

test(
  "a run leaves nothing in the kind's folder, and what other tools leave there reruns nothing",
  async () => {
    const { kind, call, edit } = await prepared();
    const files = readdirSync(kind).sort();
    const ended = await call("run", "r.yaml");
    expect(ended.code, ended.stderr).toBe(0);
    expect(readdirSync(kind).sort()).toEqual(files);
    for (const name of ["__pycache__/main.pyc", ".git/index", ".DS_Store", ".main.mjs.swp"]) {
      mkdirSync(path.dirname(path.join(kind, name)), { recursive: true });
      writeFileSync(path.join(kind, name), "");
    }
    const planned = async () =>
      (JSON.parse((await call("plan", "r.yaml", "--json")).stdout) as { steps: { action: string }[] }).steps;
    expect(await planned()).toMatchObject([{ action: "reuse" }]);
    edit("kind.yaml", (text) => `${text}\n`);
    expect(await planned()).toMatchObject([
      { action: "run", because: [{ text: "kind ./kinds/lab-halve changed: kind.yaml" }] },
    ]);
  },
  LIMIT,
);

test(
  "a kind that takes a type of its own is tried with a folder of it, and so is a recipe; its progress is shown",
  async () => {
    const { folder, call, edit } = await prepared();
    const table = "table: { type: string, x-artifact: [lab/table], description: What was. }";
    edit(
      "kind.yaml",
      (text) => `${text.replace("properties:\n", `properties:\n  ${table}\n`)}required: [table]\n`,
    );
    edit("main.mjs", (text) =>
      text.replace("value: start }", 'value: read(path.join(job.inputs.table, "value.json")).value }'),
    );
    mkdirSync(path.join(folder, "before"));
    writeFileSync(path.join(folder, "before", "value.json"), `{ "value": 64 }`);
    const lacks = await call("kind", "check", "kinds/lab-halve");
    expect(lacks.stderr).toContain("must be given 'table' (lab/table)");
    const ended = await call("kind", "check", "kinds/lab-halve", "--set", "table=before", "--set", "steps=6");
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(ended.stdout).toContain("value 1");
    expect(ended.stdout).toMatch(/\btrial\b.*\n/);
    const inputs = "inputs: { was: { type: lab/table, path: before } }";
    const recipe = (type: string) =>
      `recipe: 1\nname: own\n${inputs.replace("lab/table", type)}\nsteps: { halve: { uses: ./kinds/lab-halve, with: { table: "\${{ inputs.was }}" } } }\n`;
    const validated = async (type: string) => {
      writeFileSync(path.join(folder, "r.yaml"), recipe(type));
      const { stdout, stderr, code } = await call("validate", "r.yaml");
      return [code, stdout + stderr] as const;
    };
    expect(await validated("lab/table")).toEqual([0, expect.stringContaining("valid")]);
    expect(await validated("lab/tables")).toEqual([
      2,
      expect.stringContaining("this is lab/tables. [R0204]"),
    ]);
    expect(await validated("Lab/table")).toEqual([
      2,
      expect.stringContaining("r.yaml:3:24: 'inputs.was.type'"),
    ]);
    expect(await validated("datasets")).toEqual([2, expect.stringContaining("Did you mean 'dataset'?")]);
  },
  LIMIT,
);
