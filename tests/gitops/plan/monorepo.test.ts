import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { readRepositoryConfig } from "../../../gitops/config/read-repository.ts";
import { affectedRecipes } from "../../../gitops/plan/affected.ts";
import { afterwards, temporaryFolder } from "../../support/folders.ts";
import { Mirrored, pushed } from "../../support/mirror.ts";

const RECIPES = 1000;
const policy = readRepositoryConfig(
  JSON.stringify({ gitops: 1, pipelines: { all: { recipes: ["papers/*/*.yaml"], on: { push: {} } } } }),
).value!;

const BASE = `recipe: 1
name: base
steps:
  walks: { uses: data/synthesize, with: { clips: { pretrain: 100, sft: 10, grpo: 20, eval: 40 } } }
  frames: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 56x56 } }
  base:
    uses: model/tiny
    with: { dataset: "\${{ steps.frames.outputs.dataset }}", split: pretrain, epochs: 1, batch_size_per_device: 8, learning_rate: 1e-3 }
`;

/** One of many papers: what it says itself, over what all share. */
const paper = (index: number, seed = index): string => `recipe: 1
extends: ../base.yaml
name: paper-${index}
description: The paper with the number ${index}.
inputs:
  seed: { type: int, default: ${seed} }
steps:
  walks: { with: { seed: "\${{ inputs.seed }}" } }
  check: { uses: run/noop, with: { value: ${index} } }
`;

const fileOf = (index: number) => `papers/${index % 10}/paper-${index}.yaml`;

/** Puts a `git` before the real one that notes each call; gives the notes. */
function notedGit(): () => string[] {
  const folder = temporaryFolder();
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  const notes = path.join(folder, "notes");
  writeFileSync(path.join(folder, "git"), `#!/bin/sh\necho "$1" >> '${notes}'\nexec '${real}' "$@"\n`, {
    mode: 0o755,
  });
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"]!}`);
  afterwards(() => vi.unstubAllEnvs());
  writeFileSync(notes, "");
  return () => {
    const calls = readFileSync(notes, "utf8").split("\n").filter(Boolean);
    writeFileSync(notes, "");
    return calls;
  };
}

/** A program for each recipe would take minutes; how long it takes is measured by `npm run bench -- gitops`. */
const FEW_CALLS = 30;

test("1,000 recipes: three touched, and the common base (8)", { timeout: 300_000 }, async () => {
  const lab = await Mirrored.make();
  const files = Object.fromEntries(
    Array.from({ length: RECIPES }, (_, index) => [fileOf(index), paper(index)]),
  );
  const first = await lab.commit({ ...files, "papers/base.yaml": BASE });
  const three = await lab.commit(
    Object.fromEntries([7, 70, 700].map((index) => [fileOf(index), paper(index, 5000)])),
  );
  const changed = await lab.commit({ "papers/base.yaml": BASE.replace("100", "120") });
  const calls = notedGit();
  const few = await affectedRecipes(lab.mirror, pushed(three, first), policy, 2000);
  expect(few).toHaveLength(RECIPES);
  const touched = few.filter(({ affected }) => affected);
  expect(touched.map(({ recipe }) => recipe)).toEqual([7, 70, 700].map(fileOf).sort());
  const planned = await Promise.all(touched.map(({ recipe }) => lab.plan(three, recipe, { base: first })));
  expect(planned.flatMap(({ problems }) => problems)).toEqual([]);
  expect(calls().length).toBeLessThan(FEW_CALLS);
  const all = await affectedRecipes(lab.mirror, pushed(changed, three), policy, 2000);
  expect(all.filter(({ affected }) => affected)).toHaveLength(RECIPES);
  const contents = new Set<string>();
  for (const { recipe } of all) {
    const plan = await lab.plan(changed, recipe, { base: three });
    expect(plan.problems).toEqual([]);
    contents.add(plan.content);
  }
  expect(contents.size).toBe(RECIPES);
  expect(calls().length).toBeLessThan(FEW_CALLS);
  expect(process.memoryUsage().rss).toBeLessThan(1e9);
});
