import path from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { reprise } from "../support/cli.ts";
import { rememberingPython } from "../support/remembering-python.ts";

interface Found {
  steps: {
    id: string;
    ok: boolean;
    message?: string;
    fits: boolean;
    neededGb: number;
    counts: { total: number; trainable: number };
    tokens: Record<string, number>;
    workload: { optimizerSteps: number; effectiveBatch: { value: number } } | null;
    hours: number | null;
  }[];
}

const recipe = path.join("recipes", "st-r1.yaml");

describe("preflight of the paper's recipe", { timeout: 180_000 }, () => {
  // Three of the tests have the same counted: what it does not hang on, they vary.
  const REPRISE_PYTHON = rememberingPython();
  const ask = (...args: string[]) => reprise(packageRoot, args, { REPRISE_PYTHON });

  test("adds up what the 7B trainings take, and they fit four H100", async () => {
    const ended = await ask("preflight", recipe, "--json");
    const found = JSON.parse(ended.stdout) as Found;
    expect(ended.code).toBe(0);
    const byId = new Map(found.steps.map((step) => [step.id, step]));
    const scored = ["score_base", "score_sft", "score_grpo", "open_base", "open_grpo"];
    expect([...byId.keys()]).toEqual(["sft", "merge", "grpo", ...scored]);
    expect(byId.get("sft")).toMatchObject({
      ok: true,
      fits: true,
      counts: { total: 8_291_375_616, trainable: 5_046_272 },
      tokens: { vision: 784 },
      // 630 rows, 16 a step; 157 of 4 prompts, as TRL counts them: 2 rows are left over.
      workload: { optimizerSteps: 40, effectiveBatch: { value: 16 } },
    });
    expect(byId.get("grpo")).toMatchObject({
      counts: { trainable: 8_291_375_616 },
      workload: { optimizerSteps: 157, leftOut: 2, generation: 4, effectiveBatch: { value: 4 } },
    });
    expect(byId.get("grpo")!.neededGb).toBeGreaterThan(byId.get("sft")!.neededGb);
  });

  test("may follow a plan", async () => {
    const ended = await ask("plan", recipe, "--preflight", "--details");
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/19 run, 0 resume[\s\S]*8\.29B, 5\.05M[\s\S]*grpo, rollout:/);
  });

  test("says so, and exits with 2, when all weights are to be trained on a GPU of 24 GB", async () => {
    const small = ["--set", "steps.grpo.resources.gpu_type=RTX-4090"];
    const shown = await ask("preflight", recipe, ...small);
    expect(shown.code).toBe(2);
    expect(shown.stdout).toMatch(/^grpo .* of 24 GB/m);
    expect(shown.stdout.match(/does not fit/g)).toHaveLength(1);
  });

  test("says that rows do not fill a generation, also where the warning is accepted, and exits with 2", async () => {
    const few = path.join("tests", "compiler", "invalid", "R0518.yaml");
    const settings = [
      "steps.grpo.accept={R0518: known}",
      "steps.grpo.with.model=Qwen/Qwen2-VL-7B-Instruct@eed13092ef92e448dd6875b2a00151bd3f7db0ac",
      "steps.grpo.resources={gpu: 4}",
      "steps.grpo.with.batch_size_per_device=1",
    ];
    const given = settings.flatMap((setting) => ["--set", setting]);
    const shown = await ask("preflight", few, ...given);
    expect(shown.stdout).toMatch(
      /^grpo .* none: a generation takes 16 [\s\S]*prompts,[\s\S]* and there are 6 rows/m,
    );
    expect(shown.code).toBe(2);
  });

  test("finds wrong divisions before anything is built", async () => {
    const wrong = [
      "--set",
      "steps.grpo.with.batch_unit=completions",
      "--set",
      "steps.grpo.with.batch_size_per_device=3",
    ];
    const ended = await ask("preflight", recipe, ...wrong);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/\[R0310\]/);
  });
});

test("without the trainers' Python it says what to do", async () => {
  const ended = await reprise(packageRoot, ["preflight", recipe], { REPRISE_PYTHON: "/none" });
  expect(ended.stderr).toContain("Run 'reprise setup', or set REPRISE_PYTHON");
  expect(ended.code).toBe(5);
});

test("a recipe without a model from the hub has nothing to look at", async () => {
  const ended = await reprise(packageRoot, ["preflight", path.join("recipes", "demo.yaml")]);
  expect(ended.stderr).toContain("No step starts from a model on the hub");
  expect(ended.code).toBe(2);
});
