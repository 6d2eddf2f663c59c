import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { diagnosticsOf, planOf, SMALL } from "../support/recipes.ts";

describe("a plan", () => {
  test("has every default written out", () => {
    const [walks] = planOf(SMALL).steps;
    expect(walks).toMatchObject({
      id: "walks",
      kind: "data/synthesize",
      params: { seed: 0, size: 112, crf: 20, clips: { pretrain: 0, sft: 0, grpo: 0, eval: 2 } },
      retry: {
        attempts: 1,
        backoffSeconds: 10,
        on: ["exit", "oom", "nan", "timeout", "stalled", "unavailable"],
      },
      timeoutSeconds: 604_800,
      stalledSeconds: 3600,
      checkpoint: { everySteps: null, everySeconds: 300, keep: 2, resume: "auto" },
    });
  });

  test("has references as edges, in an order that can run", () => {
    const text = SMALL.replace("steps:\n", "steps:\n").replace("  walks:", "  walks:");
    const plan = planOf(text);
    expect(plan.steps.map(({ id, after }) => [id, after])).toEqual([
      ["walks", []],
      ["frames", ["walks"]],
    ]);
    expect(plan.steps[1]!.inputs).toEqual({ dataset: { from: "step", step: "walks", output: "dataset" } });
  });

  test("reads 1e-5 as a number", () => {
    const recipe = readFileSync("recipes/st-r1.yaml", "utf8");
    expect(planOf(recipe).steps.find(({ id }) => id === "grpo")!.params["learning_rate"]).toBe(1e-5);
  });

  test("has the same digest however the recipe is formatted", () => {
    expect(
      planOf(SMALL.replace("{ clips: { eval: 2 } }", "\n      clips:\n        eval: 2 # two")).digest,
    ).toBe(planOf(SMALL).digest);
  });

  test("has another digest with another value", () => {
    expect(planOf(SMALL.replace("eval: 2", "eval: 3")).digest).not.toBe(planOf(SMALL).digest);
  });

  test("a profile changes only what it names", () => {
    const text = `${SMALL}profiles: { more: { steps.walks.with.clips.eval: 5 } }\n`;
    expect(planOf(text, "more").steps[0]!.params).toEqual({
      ...planOf(text).steps[0]!.params,
      clips: { pretrain: 0, sft: 0, grpo: 0, eval: 5 },
    });
  });

  test("takes a hub id where a model may come from the hub", () => {
    const recipe = readFileSync("recipes/st-r1.yaml", "utf8");
    expect(planOf(recipe).steps.find(({ id }) => id === "sft")!.inputs["model"]).toEqual({
      from: "hub",
      id: "Qwen/Qwen2-VL-7B-Instruct@eed13092ef92e448dd6875b2a00151bd3f7db0ac",
    });
  });
});

test.each(["org/base@", "org/base@a@b", "@main", "org/base @main"])("%j is no id on the hub", (id) => {
  const text = `${SMALL}  merge: { uses: model/merge, with: { model: "${id}", adapter: org/adapter } }\n`;
  const said = `'${id}' is no id on the hub. Write <organisation>/<name>@<revision>.`;
  expect(diagnosticsOf(text)).toContainEqual(expect.objectContaining({ code: "R0104", message: said }));
});

test("a deviation may name an artifact", () => {
  const text = SMALL.replace(
    "size: 56x56",
    "size: 56x56\n    deviations: { dataset: { paper: Ego-ST, reason: toy } }",
  );
  expect(planOf(text).deviations[0]).toMatchObject({
    parameter: "dataset",
    ours: "steps.walks.outputs.dataset",
  });
});

test("keys that begin with x- are free", () => {
  expect(diagnosticsOf(SMALL.replace("name: small", "name: small\nx-note: anything"))).toEqual([]);
});

describe("the recipes of this repository", () => {
  const files = readdirSync("recipes", { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".yaml") && path.basename(name) !== "kind.yaml",
  );

  test("are all found", () => {
    expect(files).toEqual(expect.arrayContaining(["demo.yaml", "st-r1.yaml"]));
  });

  test.each(files)("%s is valid, with each of its profiles", (file) => {
    const text = readFileSync(path.join("recipes", file), "utf8");
    const profiles = [...text.matchAll(/^ {2}([a-z]+):$/gm)]
      .map(([, name]) => name!)
      .filter(
        (name) => text.indexOf(`  ${name}:`) > text.indexOf("\nprofiles:") && text.includes("\nprofiles:"),
      );
    // Papers' tables are no recipes.
    if (file.startsWith("papers")) return;
    for (const profile of [null, ...profiles]) {
      expect(diagnosticsOf(text, profile, { file: `recipes/${file}` })).toEqual([]);
    }
  });

  test("st-r1.yaml carries Tables 5 and 6", () => {
    const steps = new Map(
      planOf(readFileSync("recipes/st-r1.yaml", "utf8")).steps.map((step) => [step.id, step.params]),
    );
    expect(steps.get("sft")).toMatchObject({
      frames: 8,
      quantization: "4-bit",
      lora_rank: 8,
      lora_alpha: 8,
      lora_dropout: 0.1,
      optimizer: "adamw",
      learning_rate_schedule: "cosine",
      learning_rate: 8e-5,
      batch_size_per_device: 1,
      epochs: 1,
      warmup_ratio: 0.1,
      max_grad_norm: 0.3,
    });
    expect(steps.get("grpo")).toMatchObject({
      frames: 8,
      max_prompt_length: 4096,
      learning_rate: 1e-5,
      gradient_accumulation_steps: 1,
      beta: 0.1,
      group_size: 8,
      batch_size_per_device: 1,
    });
  });
});
