import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { CODES } from "../../schemas/diagnostic.ts";
import { diagnosticsOf } from "../support/recipes.ts";

const FOLDER = "tests/compiler/invalid";
const fixture = (code: string): string => readFileSync(path.join(FOLDER, `${code}.yaml`), "utf8");
const codesOf = (text: string, settings: string[] = []): string[] =>
  diagnosticsOf(text, null, { file: path.join(FOLDER, "any.yaml"), settings }).map(({ code }) => code);

const warnings = Object.keys(CODES).filter((code) => code.startsWith("R05"));
// These come from the text, before there is a recipe that could accept them.
const FROM_TEXT = new Set(["R0504"]);

describe("a warning that the recipe accepts is not told", () => {
  test.each(warnings.filter((code) => !FROM_TEXT.has(code)))("%s", (code) => {
    expect(codesOf(fixture(code))).toEqual([code]);
    expect(codesOf(`${fixture(code)}accept: { ${code}: it is right here }\n`)).toEqual([]);
  });

  test("in its own step too, and only there", () => {
    expect(codesOf(fixture("R0502"), ["steps.grpo.accept={R0502: known}"])).toEqual([]);
    expect(codesOf(fixture("R0502"), ["steps.walks.accept={R0502: known}"])).toEqual(["R0502"]);
  });

  test("an error cannot be accepted", () => {
    expect(codesOf(`${fixture("R0310")}accept: { R0310: no }\n`)).toEqual(["R0104"]);
  });
});

describe("what mends a warning", () => {
  test.each([
    ["R0310", ["steps.grpo.with.gradient_accumulation_steps=8"]],
    ["R0310", ["steps.grpo.resources.gpu=8"]],
    ["R0312", ["steps.base.with.frames=16", "steps.score.with.frames=16"]],
    ["R0312", ["steps.frames.with.frames=4", "steps.grpo.with.frames=4", "steps.score.with.frames=4"]],
    ["R0501", ["steps.grpo.checkpoint.every=10 steps"]],
    ["R0502", ["steps.grpo.with.save_only_model=false"]],
    ["R0503", ["steps.grpo.checkpoint.every=12 steps"]],
    ["R0503", ["steps.grpo.with.steps_per_generation=5", "steps.grpo.with.num_iterations=2"]],
    ["R0505", ["steps.grpo.resources={gpu: 4}"]],
    [
      "R0505",
      [
        "steps.grpo.with.gradient_accumulation_steps=4",
        "steps.grpo.deviations={gradient_accumulation_steps: {paper: 1, reason: one process}}",
      ],
    ],
    ["R0506", ["steps.score.with.model=gpt-4o-2024-08-06"]],
    ["R0507", ["steps.score.with.split=eval"]],
    ["R0508", ["steps.cut.with.frames=8", "steps.score.with.frames=8"]],
    ["R0509", ["steps.score.with.max_completion_length=256"]],
    [
      "R0510",
      [
        "steps.merge={uses: model/merge, with: {model: org/base@0123456789abcdef0123456789abcdef01234567, adapter: '${{ steps.sft.outputs.adapter }}'}}",
      ],
    ],
    ["R0511", ["steps.walks.with.seed=${{ inputs.seed }}"]],
    ["R0512", ["steps.walks.timeout=10m"]],
    ["R0513", ["steps.grpo.with.top_k=0"]],
    ["R0514", ["steps.grpo.with.learning_rate=1e-5"]],
    ["R0518", ["steps.grpo.with.batch_size_per_device=1"]],
    ["R0518", ["steps.walks.with.clips={sft: 16, grpo: 2, eval: 4}"]],
    ["R0514", ["steps.grpo.deviations={learning_rate: {paper: 1e-5, reason: tried}}"]],
    ["R0516", ["steps.grpo.with.prompt=tags"]],
    [
      "R0516",
      [
        "steps.sft={uses: train/sft, with: {model: org/base@0123456789abcdef0123456789abcdef01234567, dataset: '${{ steps.frames.outputs.dataset }}', split: sft, learning_rate: 8e-5}}",
        "steps.merge={uses: model/merge, with: {model: org/base@0123456789abcdef0123456789abcdef01234567, adapter: '${{ steps.sft.outputs.adapter }}'}}",
        "steps.grpo.with.model=${{ steps.merge.outputs.model }}",
      ],
    ],
  ])("%s by %j", (code, settings) => {
    expect(codesOf(fixture(code))).toContain(code);
    expect(codesOf(fixture(code), settings)).toEqual([]);
  });
});

describe("arithmetic", () => {
  test("batch and group, for the declared number of processes", () => {
    const [found] = diagnosticsOf(fixture("R0310"), null, { settings: ["steps.grpo.resources.gpu=2"] });
    expect(found!.message).toContain("1 completion per device x 2 processes x 3 batches = 6 completions");
  });

  test("the released code's interval of 1000 steps in a run of 157", () => {
    const recipe = readFileSync("recipes/st-r1.yaml", "utf8");
    const [found] = diagnosticsOf(recipe, null, { settings: ["steps.grpo.checkpoint.every=1000 steps"] });
    expect(found).toMatchObject({ code: "R0501" });
    expect(found!.message).toContain("after 1000 steps, but the training has 157");
  });

  test("too few rows, whatever number of steps is asked for, and one more row", () => {
    const rows = (clips: number) => [
      `steps.walks.with.clips={sft: 16, grpo: ${clips}, eval: 4}`,
      "steps.grpo.with.steps=3",
      "steps.grpo.with.batch_size_per_device=3",
      "steps.grpo.checkpoint={every: 1 steps}",
    ];
    const [found] = diagnosticsOf(fixture("R0518"), null, { settings: rows(1) });
    expect(found!.message).toContain(
      "takes 12 prompts (24 completions per device x 1 process x 4 batches / group of 8), and the split 'grpo' has 6 rows",
    );
    expect(codesOf(fixture("R0518"), rows(2))).toEqual([]);
  });

  test("rewards of weight 0 teach nothing, whatever the prompt; one that is not 0 is enough", () => {
    const weights = (rewards: string) => [
      "steps.grpo.with.prompt=tags",
      `steps.grpo.with.rewards=${rewards}`,
    ];
    const settings = weights("{accuracy: 0, format: 0}");
    const [found, ...others] = diagnosticsOf(fixture("R0516"), null, { settings });
    expect(found).toMatchObject({ code: "R0516" });
    expect(found!.message).toContain("Every weight in 'rewards' is 0");
    expect(others).toEqual([]);
    expect(codesOf(fixture("R0516"), weights("{accuracy: 0, format: 0.5}"))).toEqual([]);
  });

  test("fewer GPUs without more accumulation", () => {
    const recipe = readFileSync("recipes/st-r1.yaml", "utf8");
    const [found] = diagnosticsOf(recipe, null, { settings: ["steps.sft.resources.gpu=1"] });
    expect(found).toMatchObject({ code: "R0505" });
    expect(found!.message).toContain(
      "has 4 rows (1 per device x 1 process x 4 accumulated), the paper's has 16",
    );
  });
});

test("the fixtures of warnings warn of nothing else", () => {
  const files = readdirSync(FOLDER).filter((file) => /^R05.*yaml$/.test(file));
  for (const file of files) expect(codesOf(fixture(path.parse(file).name))).toEqual([path.parse(file).name]);
});
