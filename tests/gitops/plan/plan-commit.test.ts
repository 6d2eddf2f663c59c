import { openStore } from "../../../store/store.ts";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { beginRun } from "../../../runs/begin.ts";
import { planOf } from "../../../runs/recipe/compile-recipe.ts";
import { home } from "../../../store/home.ts";
import { temporaryFolder } from "../../support/folders.ts";
import { ALLOWED, Mirrored, TRUST } from "../../support/mirror.ts";

const recipe = (name: string, steps: object, more: object = {}): string =>
  JSON.stringify({ recipe: 1, name, steps, ...more });
const cat = (input: string) => ({
  uses: "run/command",
  with: { argv: ["cat", "{inputs.x}"], inputs: { x: `\${{ inputs.${input} }}` } },
});

const KIND = { uses: "../kinds/say", with: {} };

describe("a plan from objects is the plan of the checkout", () => {
  test("same digest, same digests of inputs: files, folders, programs, kinds, names that are not ASCII", async () => {
    const lab = await Mirrored.make();
    const inputs = {
      file: { type: "path", path: "../data/rows.jsonl" },
      folder: { type: "dataset", path: "../data/../data" },
    };
    const sha = await lab.commit({
      "recipes/a.yaml": recipe("a", { one: cat("file"), two: cat("folder"), three: KIND }, { inputs }),
      "kinds/say/kind.yaml":
        "kind: 1\ntitle: lab/say\ndescription: Says.\nrun: [node, main.mjs]\nx-outputs: { said: path }\n",
      "kinds/say/main.mjs": "",
      // What tools have left there is no part of the kind.
      "kinds/say/.vscode/settings.json": "{}",
      "kinds/say/lib/__pycache__/a.pyc": "",
      "kinds/say/lib/a.py": "",
      "data/rows.jsonl": "{}\n",
      "data/ä/b c.txt": Buffer.from([0, 255, 10]),
      "data/run.sh": { program: "#!/bin/sh\n" },
      "data/Z.txt": "",
    });
    const plan = await lab.plan(sha, "recipes/a.yaml");
    expect(plan.problems).toEqual([]);
    const folder = await lab.mirror.checkout(sha);
    const planned = planOf(folder, { file: "recipes/a.yaml", confine: folder });
    expect(plan.plan).toBe(planned.plan.digest);
    const { started } = await beginRun(openStore(lab.root), { ...planned, folder, confine: folder });
    const begun = (await openStore(lab.root).runs.load(started.request.run))!.request.inputs;
    // The very digests are in the plan's content: another byte is another content.
    const { inputsAt } = await import("../../../gitops/plan/inputs-at.ts");
    const found = await inputsAt(await lab.mirror.commit(sha), planned, {
      ...{ given: {}, refused: {}, digest: () => Promise.reject(new Error("none is asked for")) },
    });
    expect(found.diagnostics).toEqual([]);
    expect(Object.entries(found.inputs).map(([name, { digest }]) => [name, digest])).toEqual(
      Object.entries(begun).map(([name, { digest }]) => [name, digest]),
    );
    expect(plan.steps.map(({ action }) => action)).toEqual(["run", "run", "run"]);
  });

  test("extends, tables and reference are read from the commit", async () => {
    const lab = await Mirrored.make();
    const sha = await lab.commit({
      "base/base.yaml": recipe("base", { one: { uses: "run/noop", with: { value: 1 } } }),
      "recipes/mid.yaml": "extends: ../base/base.yaml\nname: mid\n",
      "recipes/a.yaml":
        "recipe: 1\nextends: mid.yaml\nname: a\nsteps: { two: { uses: run/noop, with: {} } }\n",
    });
    const plan = await lab.plan(sha, "recipes/a.yaml");
    expect(plan.problems).toEqual([]);
    expect(plan.steps.map(({ id }) => id)).toEqual(["one", "two"]);
  });
});

describe("content", () => {
  test("is the same after a squash, a rename and a change of what is not read; another after a change of an input", async () => {
    const lab = await Mirrored.make();
    const text = recipe(
      "a",
      { one: cat("rows") },
      { inputs: { rows: { type: "path", path: "../rows.txt" } } },
    );
    const first = await lab.commit({ "recipes/a.yaml": text, "rows.txt": "1", README: "1" });
    const squashed = await lab.commit({ "recipes/a.yaml": text, "rows.txt": "1", README: "2" }, { from: [] });
    const renamed = await lab.commit({ "recipes/a.yaml": null, "recipes/b.yaml": text });
    const changed = await lab.commit({ "rows.txt": "2" });
    const [one, two, three, four] = [
      await lab.plan(first, "recipes/a.yaml"),
      await lab.plan(squashed, "recipes/a.yaml"),
      await lab.plan(renamed, "recipes/b.yaml"),
      await lab.plan(changed, "recipes/b.yaml"),
    ];
    expect([two.content, three.content]).toEqual([one.content, one.content]);
    expect(four.content).not.toBe(one.content);
    // An approval is of one commit (complaint 4).
    expect(new Set([one.approval, two.approval, three.approval, four.approval]).size).toBe(4);
  });

  test("an approval falls off with the policy, and with what its run is given", async () => {
    const lab = await Mirrored.make();
    const sha = await lab.commit({ "a.yaml": recipe("a", { one: { uses: "run/noop", with: {} } }) });
    const plans = [
      await lab.plan(sha, "a.yaml"),
      await lab.plan(sha, "a.yaml", { policy: "another" }),
      await lab.plan(sha, "a.yaml", { decision: { ...ALLOWED, secrets: ["HF_TOKEN"] } }),
      await lab.plan(sha, "a.yaml", { decision: { ...ALLOWED, stranger: true } }),
    ];
    expect(new Set(plans.map(({ approval }) => approval)).size).toBe(4);
    expect(new Set(plans.map(({ content }) => content)).size).toBe(1);
  });

  test("a verdict of the same content is carried, from whatever commit (complaint 15)", async () => {
    const lab = await Mirrored.make();
    const text = recipe("a", { one: { uses: "run/noop", with: {} } });
    const first = await lab.commit({ "a.yaml": text, README: "1" });
    expect((await lab.plan(first, "a.yaml")).carried).toBe(null);
    const folder = await lab.mirror.checkout(first);
    const { started } = await beginRun(openStore(lab.root), {
      ...planOf(folder, { file: "a.yaml" }),
      folder,
    });
    const { writeRecord } = await import("../../../record/write-record.ts");
    const { run } = started.request;
    await writeRecord(openStore(lab.root), { run, status: "done", statuses: { one: "done" }, failures: [] });
    const squashed = await lab.commit({ "a.yaml": text, README: "2" }, { from: [] });
    expect((await lab.plan(squashed, "a.yaml")).carried).toMatchObject({
      run,
      verdict: { status: "done", reproduced: null },
    });
    const other = await lab.commit({
      "a.yaml": recipe("a", { one: { uses: "run/noop", with: { value: 2 } } }),
    });
    expect((await lab.plan(other, "a.yaml")).carried).toBe(null);
  });
});

test("reasons quote runs of this repository alone: another one's values are not told", async () => {
  const lab = await Mirrored.make();
  const text = (value: string) => recipe("shared-name", { one: { uses: "run/noop", with: { value } } });
  const elsewhere = temporaryFolder();
  writeFileSync(path.join(elsewhere, "a.yaml"), text("a secret of others"));
  const finish = async (folder: string) => {
    const { started } = await beginRun(openStore(lab.root), {
      ...planOf(folder, { file: "a.yaml" }),
      folder,
    });
    const { request } = started;
    const [step] = request.plan.steps;
    mkdirSync(home.step(lab.root, request.run, "one"), { recursive: true });
    const fields = { kind: "run/noop", version: 1, "with.value": step!.params["value"] };
    writeFileSync(path.join(home.step(lab.root, request.run, "one"), "fields.json"), JSON.stringify(fields));
  };
  await finish(elsewhere);
  const sha = await lab.commit({ "a.yaml": text("new") });
  const reasons = async () => (await lab.plan(sha, "a.yaml")).steps.flatMap(({ because }) => because);
  expect(await reasons()).toEqual(["never run"]);
  const own = await lab.commit({ "a.yaml": text("our own") });
  await finish(await lab.mirror.checkout(own));
  expect((await reasons()).join()).toContain("our own");
});

test("a variable of the server that its run will not have decides nothing, and is not told", async () => {
  const lab = await Mirrored.make();
  const program = { uses: "run/command", with: { argv: ["id"], pass_env: ["LAB_ONLY", "LC_PAPER"] } };
  const sha = await lab.commit({ "a.yaml": recipe("a", { one: program }) });
  const previews: (Record<string, unknown> | null)[] = [];
  const preview = await import("../../../runs/preview/preview.ts");
  const spied = vi.spyOn(preview, "previewPlan");
  vi.stubEnv("LAB_ONLY", "hunter2");
  vi.stubEnv("LC_PAPER", "C");
  try {
    await lab.plan(sha, "a.yaml");
    await lab.plan(sha, "a.yaml", { decision: { ...ALLOWED, stranger: true } });
    for (const { value } of spied.mock.results) for (const { fields } of await value) previews.push(fields);
  } finally {
    vi.unstubAllEnvs();
    spied.mockRestore();
  }
  const names = previews.map((fields) => Object.keys(fields ?? {}).filter((name) => name.startsWith("env.")));
  expect(names).toEqual([["env.LC_PAPER"], []]);
});

test("a folder among folders of like names, by halving", async () => {
  const lab = await Mirrored.make();
  const names = ["a", "a-b", "a.b", "a/b", "a/b/c", "a0", "a/", "aa", "ä", "b"].filter(
    (name) => !name.endsWith("/"),
  );
  const files = Object.fromEntries(names.map((name) => [`${name}/f.txt`, name]));
  const commit = await lab.mirror.commit(await lab.commit(files));
  for (const folder of [...names, "", "none", "a/b/c/d"]) {
    const expected = [...commit.files.keys()].filter(
      (file) => folder === "" || file.startsWith(`${folder}/`),
    );
    expect([
      folder,
      commit
        .below(folder)
        .map((entry) => entry.path)
        .sort(),
    ]).toEqual([folder, expected.sort()]);
  }
});

test("a recipe that is wrong has its problems at their places, and no plan", async () => {
  const lab = await Mirrored.make();
  const sha = await lab.commit({
    "a.yaml":
      "recipe: 1\nname: a\nsteps:\n  one: { uses: run/nop, with: {} }\n  two: { uses: run/noop, withh: {} }\n",
  });
  const plan = await lab.plan(sha, "a.yaml");
  expect(plan).toMatchObject({ plan: null, steps: [], carried: null, gpuHours: null });
  expect(plan.problems.map(({ code, file, line }) => [code, file, line])).toEqual([
    ["R0104", "a.yaml", 4],
    ["R0101", "a.yaml", 5],
  ]);
});

test("kinds and secrets that a trigger is not given are told, and the recipe is valid", async () => {
  const lab = await Mirrored.make();
  const text = recipe(
    "a",
    {
      program: { uses: "run/command", with: { argv: ["id"] }, secrets: { T: "${{ inputs.token }}" } },
      more: { steps: { inner: { uses: "run/command", with: { argv: ["id"] } } } },
    },
    { inputs: { token: { type: "secret", env: "HF_TOKEN" } } },
  );
  const sha = await lab.commit({ "a.yaml": text });
  const codes = async (more: Parameters<typeof lab.plan>[2]) => {
    const { plan, notAllowed } = await lab.plan(sha, "a.yaml", more);
    expect(plan).not.toBe(null);
    return notAllowed.map(({ code, severity, line }) => [code, severity, line]);
  };
  expect(await codes({ decision: { ...ALLOWED, secrets: ["HF_TOKEN"] } })).toEqual([]);
  expect(await codes({})).toEqual([["R0713", "warning", 1]]);
  const stranger = { ...ALLOWED, stranger: true };
  expect((await codes({ decision: stranger })).map(([code]) => code)).toEqual(
    ["R0712", "R0712", "R0713"].sort(),
  );
  const denied = { trust: { ...TRUST, deniedKinds: ["run/command"] } };
  const allowed = { ...ALLOWED, secrets: ["HF_TOKEN"] };
  expect(await codes({ repository: denied, decision: allowed })).toEqual([]);
  const pull = { kind: "pull_request", pull: null } as const;
  expect(await codes({ repository: denied, decision: allowed, trigger: pull })).toHaveLength(2);
});

test("what the paper's tables say, and what is new beside the base", async () => {
  const lab = await Mirrored.make();
  const read = (file: string) => readFileSync(path.resolve("tests/papers/lora", file), "utf8");
  const files = { "lora/recipe.yaml": read("recipe.yaml"), "lora/tables.yaml": read("tables.yaml") };
  const base = await lab.commit(files);
  const before = await lab.plan(base, "lora/recipe.yaml");
  expect(before.conformance).toEqual({ same: 70, deviating: 1, missing: 9 });
  const changed = files["lora/recipe.yaml"].replace("rate: 5e-4", "rate: 7e-7");
  const sha = await lab.commit({ "lora/recipe.yaml": changed });
  const after = await lab.plan(sha, "lora/recipe.yaml", { base });
  expect(after.newDeviations).toEqual([
    "sft-mnli-16-30-7e_7.learning_rate: 7e-7, where the paper has 5e-4 (Table 9).",
  ]);
  expect((await lab.plan(sha, "lora/recipe.yaml", { base: sha })).newDeviations).toEqual([]);
  const alone = await lab.plan(base, "lora/recipe.yaml", { base: null });
  expect(alone.newDeviations.length).toBeGreaterThan(0);
});
