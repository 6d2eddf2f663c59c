import { describe, expect, test } from "vitest";
import { readRepositoryConfig } from "../../../gitops/config/read-repository.ts";
import { affectedRecipes } from "../../../gitops/plan/affected.ts";
import type { Trigger } from "../../../schemas/gitops.ts";
import { Mirrored, pulled, pushed } from "../../support/mirror.ts";

const policyOf = (pipelines: object) => readRepositoryConfig(JSON.stringify({ gitops: 1, pipelines })).value!;
const ALL = policyOf({
  all: { recipes: ["recipes/*.yaml"], on: { push: { paths: ["scripts/**"] }, pull_request: {} } },
});

const recipe = (name: string, more: object = {}) =>
  JSON.stringify({ recipe: 1, name, steps: { one: { uses: "run/noop", with: {} } }, ...more });

async function concerned(lab: Mirrored, trigger: Trigger, policy = ALL, most = 100): Promise<string[]> {
  const found = await affectedRecipes(lab.mirror, trigger, policy, most);
  return found.flatMap(({ recipe: file, affected }) => (affected ? [file.replace(/^recipes\//, "")] : []));
}

const FILES = {
  "recipes/plain.yaml": recipe("plain"),
  "recipes/extending.yaml": recipe("extending", { extends: "../base/mid.yaml" }),
  "base/mid.yaml": JSON.stringify({ extends: "base.yaml" }),
  "base/base.yaml": recipe("base", { paper: { tables: "tables.yaml" } }),
  "base/tables.yaml": "tables",
  "recipes/reading.yaml": recipe("reading", {
    inputs: { rows: { type: "dataset", path: "../data/rows/" }, one: { type: "path", path: "../one" } },
  }),
  "recipes/program.yaml": recipe("program", {
    steps: {
      one: {
        uses: "run/command",
        with: { argv: ["python3", "../tools/train.py", "--config=../tools/c.json"] },
      },
    },
  }),
  "recipes/profile.yaml": recipe("profile", { profiles: { tiny: { "inputs.rows.path": "../tiny/rows" } } }),
  "recipes/cells.yaml": recipe("cells", {
    steps: { one: { uses: "run/command", with: { argv: ["cat", "cells/${{ matrix.task }}.jsonl"] } } },
  }),
  "recipes/broken.yaml": "recipe: [",
  "data/rows/a.jsonl": "",
  "tools/train.py": "",
  "tools/c.json": "",
  "tiny/rows/a": "",
  "cells/mrpc.jsonl": "",
  "scripts/x.sh": "",
  one: "",
  README: "",
};

describe("what a change concerns is read from objects (complaint 6)", () => {
  test.each<[string, Record<string, string | null>, string[]]>([
    ["a recipe itself", { "recipes/plain.yaml": recipe("plain2") }, ["plain.yaml"]],
    ["what it extends, over two files", { "base/base.yaml": recipe("base2") }, ["extending.yaml"]],
    ["tables that an extended recipe names", { "base/tables.yaml": "2" }, ["extending.yaml"]],
    ["a file in a folder that is an input", { "data/rows/b.jsonl": "" }, ["reading.yaml"]],
    ["a removed file of it", { "data/rows/a.jsonl": null }, ["reading.yaml"]],
    ["an input whose path is a lone word", { one: "2" }, ["reading.yaml"]],
    ["a program, and a file that an argument names", { "tools/train.py": "2" }, ["program.yaml"]],
    ["a file after =", { "tools/c.json": "2" }, ["program.yaml"]],
    ["what only a profile reads", { "tiny/rows/a": "2" }, ["profile.yaml"]],
    ["a file that an expression may name", { "cells/rte.jsonl": "2" }, ["cells.yaml"]],
    ["nothing that anybody reads", { README: "2", "data/other/a": "" }, []],
    ["a recipe that is new", { "recipes/new.yaml": recipe("new") }, ["new.yaml"]],
    ["one that cannot be read", { "recipes/broken.yaml": "recipe: [[" }, ["broken.yaml"]],
  ])("%s", async (_, change, expected) => {
    const lab = await Mirrored.make();
    const base = await lab.commit(FILES);
    const sha = await lab.commit(change);
    expect(await concerned(lab, pushed(sha, base))).toEqual(expected);
  });

  test("what the pipeline's paths name, and its policy, concern all of it; a pull request's policy concerns nothing", async () => {
    const lab = await Mirrored.make();
    const base = await lab.commit(FILES);
    const all = Object.keys(FILES).filter((file) => file.startsWith("recipes/")).length;
    const scripts = await lab.commit({ "scripts/x.sh": "2" });
    expect(await concerned(lab, pushed(scripts, base))).toHaveLength(all);
    expect(await concerned(lab, pulled(scripts, base))).toEqual([]);
    const policy = await lab.commit({ ".reprise/gitops.yaml": "gitops: 1" });
    expect(await concerned(lab, pushed(policy, scripts))).toHaveLength(all);
    expect(await concerned(lab, pulled(policy, scripts))).toEqual([]);
  });

  test("unknown base, none, and one of another history: everything", async () => {
    const lab = await Mirrored.make();
    const all = Object.keys(FILES).filter((file) => file.startsWith("recipes/")).length;
    const first = await lab.commit(FILES);
    const other = await lab.commit({ "recipes/plain.yaml": recipe("plain2") }, { branch: "other", from: [] });
    expect(await concerned(lab, pushed(first, null))).toHaveLength(all);
    expect(await concerned(lab, pushed(first, "f".repeat(40)))).toHaveLength(all);
    expect(await concerned(lab, pushed(first, other))).toHaveLength(all);
  });

  test("over 300 files in one commit, and none is missed", async () => {
    const lab = await Mirrored.make();
    const base = await lab.commit(FILES);
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`more/${index}.txt`, ""]));
    const sha = await lab.commit({ ...many, "tools/train.py": "2" });
    expect(await concerned(lab, pushed(sha, base))).toEqual(["program.yaml"]);
  });

  test("too many recipes are refused", async () => {
    const lab = await Mirrored.make();
    const sha = await lab.commit(FILES);
    await expect(affectedRecipes(lab.mirror, pushed(sha), ALL, 3)).rejects.toMatchObject({
      fault: "too-large",
    });
  });
});

describe("which pipelines a trigger starts", () => {
  const policy = policyOf({
    first: {
      recipes: ["recipes/a.yaml"],
      on: { push: { branches: ["main"] }, tag: ["v*"] },
      profile: { push: "tiny" },
    },
    second: { recipes: ["recipes/*.yaml"], on: { push: {}, pull_request: { branches: ["release/*"] } } },
    nightly: { recipes: ["recipes/b.yaml"], on: { schedule: { cron: "0 3 * * *" } } },
  });

  test.each<[string, Partial<Trigger>, [string, string, string | null][]]>([
    [
      "a push to main",
      {},
      [
        ["a", "first", "tiny"],
        ["b", "second", null],
      ],
    ],
    [
      "a push elsewhere",
      { ref: "refs/heads/x" },
      [
        ["a", "second", null],
        ["b", "second", null],
      ],
    ],
    ["a tag", { kind: "tag", ref: "refs/tags/v1" }, [["a", "first", null]]],
    ["another tag", { kind: "tag", ref: "refs/tags/w1" }, []],
    ["a schedule", { kind: "schedule", by: "nightly" }, [["b", "nightly", null]]],
    ["a pull request into main", { ...pulled("", null), sha: undefined! }, []],
    [
      "a pull request into a release",
      { ...pulled("", null, { base: "release/1" }), sha: undefined! },
      [
        ["a", "second", null],
        ["b", "second", null],
      ],
    ],
    [
      "by hand",
      { kind: "manual" },
      [
        ["a", "first", null],
        ["b", "second", null],
      ],
    ],
  ])("%s", async (_, trigger, expected) => {
    const lab = await Mirrored.make();
    const sha = await lab.commit({ "recipes/a.yaml": recipe("a"), "recipes/b.yaml": recipe("b") });
    const found = await affectedRecipes(lab.mirror, { ...pushed(sha), ...trigger, sha }, policy, 100);
    expect(
      found.map(({ recipe: file, pipeline, profile }) => [file.slice(8, 9), pipeline.name, profile]),
    ).toEqual(expected);
  });
});
