import { describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { reprise } from "../support/cli.ts";

interface Conformed {
  steps: {
    step: string;
    rows: {
      table: string;
      row: string;
      printed: unknown;
      ours: unknown;
      field: string;
      reaches: unknown;
      change: string | null;
      verdict: string;
      reason: string | null;
    }[];
  }[];
}
const conform = async (...args: string[]) =>
  JSON.parse((await reprise(packageRoot, ["conform", "--json", ...args])).stdout) as Conformed;

describe("conform", () => {
  test("lists 7 rows of Table 5 and 12 of Table 6, all exact in st-r1.yaml", async () => {
    const { steps } = await conform("recipes/st-r1.yaml");
    expect(steps.map(({ step, rows }) => [step, rows[0]!.table, rows.length])).toEqual([
      ["grpo", "Table 5", 7],
      ["sft", "Table 6", 12],
    ]);
    expect(steps.flatMap(({ rows }) => rows).map(({ verdict }) => verdict)).toEqual(Array(19).fill("exact"));
    const ended = await reprise(packageRoot, ["conform", "recipes/st-r1.yaml"]);
    expect(ended.stdout.match(/ exact /g)).toHaveLength(19);
    expect(ended.stdout).toContain("19 rows: 19 exact, 0 stated deviations, 0 silent.");
  });

  test("shows how a unit changes on the way to the trainer", async () => {
    const { steps } = await conform("recipes/st-r1.yaml");
    expect(steps[0]!.rows.find(({ row }) => row.startsWith("base batch size"))).toMatchObject({
      printed: 1,
      ours: 1,
      field: "GRPOConfig.per_device_train_batch_size",
      reaches: 8,
      change: "1 x group_size 8 = 8 completions per device",
    });
  });

  test("a deviation stands with its reason, a silent one is called so", async () => {
    const { steps } = await conform("recipes/demo.yaml", "--set", "steps.grpo.with.beta=0.2");
    const grpo = new Map(steps[0]!.rows.map((row) => [row.row, row]));
    expect(grpo.get("base learning rate")).toMatchObject({
      printed: 1e-5,
      ours: 0.007,
      verdict: "deviation",
    });
    expect(grpo.get("base learning rate")!.reason).toContain("does not move");
    expect(grpo.get("beta")).toMatchObject({ printed: 0.1, ours: 0.2, verdict: "silent" });
  });

  test("the paper's batch in the trainer's unit is the paper's batch", async () => {
    const settings = ["batch_unit=completions", "batch_size_per_device=8"].flatMap((setting) => [
      "--set",
      `steps.grpo.with.${setting}`,
    ]);
    const { steps } = await conform("recipes/st-r1.yaml", ...settings);
    expect(steps[0]!.rows.every(({ verdict }) => verdict === "exact")).toBe(true);
  });

  test("a recipe without tables says what to write", async () => {
    const ended = await reprise(packageRoot, ["conform", "tests/compiler/invalid/R0512.yaml"]);
    expect(ended.stderr).toContain("names no tables of its paper");
    expect(ended.code).toBe(2);
  });
});
