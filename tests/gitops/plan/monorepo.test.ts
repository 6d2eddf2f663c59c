import { expect, test } from "vitest";
import { readRepositoryConfig } from "../../../gitops/config/read-repository.ts";
import { affectedRecipes } from "../../../gitops/plan/affected.ts";
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

/** Seconds that something took, and what it gave. */
async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  return [await work(), (performance.now() - start) / 1000];
}

test(
  "1,000 recipes: three touched in 5 s, the common base in 60 s and 1 GB (8)",
  { timeout: 300_000 },
  async () => {
    const lab = await Mirrored.make();
    const files = Object.fromEntries(
      Array.from({ length: RECIPES }, (_, index) => [fileOf(index), paper(index)]),
    );
    const first = await lab.commit({ ...files, "papers/base.yaml": BASE });
    const three = await lab.commit(
      Object.fromEntries([7, 70, 700].map((index) => [fileOf(index), paper(index, 5000)])),
    );
    const [planned, few] = await timed(async () => {
      const found = await affectedRecipes(lab.mirror, pushed(three, first), policy, 2000);
      expect(found).toHaveLength(RECIPES);
      const touched = found.filter(({ affected }) => affected);
      return Promise.all(touched.map(({ recipe }) => lab.plan(three, recipe, { base: first })));
    });
    expect(planned.map(({ problems }) => problems)).toEqual([[], [], []]);
    const changed = await lab.commit({ "papers/base.yaml": BASE.replace("100", "120") });
    const [all, many] = await timed(async () => {
      const found = await affectedRecipes(lab.mirror, pushed(changed, three), policy, 2000);
      const plans = [];
      for (const { recipe, affected } of found)
        if (affected) plans.push(await lab.plan(changed, recipe, { base: three }));
      return plans;
    });
    expect(all).toHaveLength(RECIPES);
    expect(new Set(all.map(({ content }) => content)).size).toBe(RECIPES);
    expect(all.flatMap(({ problems }) => problems)).toEqual([]);
    const megabytes = process.memoryUsage().rss / 1e6;
    console.info(
      `3 of ${RECIPES}: ${few.toFixed(2)} s; all: ${many.toFixed(1)} s; ${megabytes.toFixed(0)} MB`,
    );
    expect(few).toBeLessThan(5);
    expect(many).toBeLessThan(60);
    expect(megabytes).toBeLessThan(1000);
  },
);
