import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { reprise } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

interface Conformed {
  missing: string[];
  missingColumns: unknown[];
  disagreements: { step: string; parameter: string; values: { place: string; printed: unknown }[] }[];
  steps: {
    step: string;
    table: string;
    column: string | null;
    rows: {
      table: string;
      row: string;
      printed: unknown;
      paper: unknown;
      parameter: string | null;
      origin: { file: string; line: number } | null;
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
    const short = await reprise(packageRoot, ["conform", "recipes/st-r1.yaml"], { COLUMNS: "80" });
    expect(short.stdout).toMatch(/^Table 6 +sft +12 +12$/m);
    const wide = { COLUMNS: "200" };
    const ended = await reprise(packageRoot, ["conform", "recipes/st-r1.yaml", "--details"], wide);
    expect(ended.stdout.match(/ exact$/gm)).toHaveLength(19);
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
      ours: 0.01,
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

describe("LoRA's Table 9", () => {
  const recipe = "tests/papers/lora/recipe.yaml";
  // As the paper prints it, column by column.
  const columns = {
    MNLI: [16, 30, 5e-4],
    "SST-2": [16, 60, 5e-4],
    MRPC: [16, 30, 4e-4],
    CoLA: [32, 80, 4e-4],
    QNLI: [32, 25, 4e-4],
    QQP: [16, 25, 5e-4],
    RTE: [32, 80, 5e-4],
    "STS-B": [16, 40, 4e-4],
  };

  test("is compared row by row, each column with the step of its task", async () => {
    const { steps, missing, missingColumns } = await conform(recipe);
    const table = steps.filter((step) => step.table === "Table 9");
    expect(table.map(({ column }) => column)).toEqual(Object.keys(columns));
    for (const { column, step, rows } of table) {
      expect(step).toContain(`sft-${column!.toLowerCase().replace("-", "")}-`);
      const values = new Map(rows.map(({ row, printed, ours }) => [row, [printed, ours]]));
      const [batch, epochs, rate] = columns[column as keyof typeof columns];
      expect(values.get("Batch Size")).toEqual([batch, batch]);
      expect(values.get("# Epochs")).toEqual([epochs, epochs]);
      expect(values.get("Learning Rate")).toEqual([rate, rate]);
      expect(values.get("LoRA Config.")).toEqual(["r_q = r_v = 8", 8]);
      expect(rows.map(({ verdict }) => verdict)).toEqual([...Array(8).fill("exact"), "no parameter"]);
    }
    expect([missing, missingColumns]).toEqual([[], []]);
  });

  test("and its released script disagree in alpha and in the rows of a step, which is found", async () => {
    const { disagreements, steps } = await conform(recipe);
    expect(disagreements).toMatchObject([
      {
        parameter: "lora_alpha",
        values: [
          { place: "Table 9, MRPC: LoRA α", printed: 8 },
          { place: "roberta_base_mrpc.sh: --lora_alpha", printed: 16 },
        ],
      },
    ]);
    const script = steps.find(({ table }) => table === "roberta_base_mrpc.sh")!;
    expect(script.rows.find(({ row }) => row === "--lora_alpha")).toMatchObject({
      ours: 8,
      verdict: "silent",
    });
    const ended = await reprise(packageRoot, ["conform", recipe, "--details"]);
    expect(ended.stderr).toContain("the paper says 8 (Table 9, MRPC: LoRA α) and 16 (roberta_base_mrpc.sh");
    expect(ended.stderr).toContain("the paper's has 128 (16 rows on each of 8 GPUs)");
    expect(ended.stdout).toMatch(/Table 9, column MRPC, step 'sft-mrpc-/);
    expect(ended.stdout).toContain("The paper says two things about 'lora_alpha'");
    expect(ended.stdout).toContain("80 rows: 70 exact, 0 stated deviations, 10 silent.");
  });

  test("a value of one column that differs is told of that column", async () => {
    const ended = await reprise(packageRoot, ["validate", recipe, "--set", "steps.sft.with.epochs=60"]);
    expect(ended.stdout).toContain("'epochs' is 60, the paper has 30 (Table 9, MNLI: # Epochs)");
  });
});

describe("TinyZero's script", () => {
  const recipe = "tests/papers/tinyzero/recipe.yaml";

  test("is compared with a program's environment, however its numbers are written", async () => {
    const { steps } = await conform(recipe);
    const rows = new Map(steps[0]!.rows.map((row) => [row.parameter, row]));
    expect(steps[0]!.rows.map(({ verdict }) => verdict)).toEqual([...Array(7).fill("exact"), "deviation"]);
    expect(rows.get("env.CRITIC_LR")).toMatchObject({ printed: 1e-5, ours: "1.0e-5" });
    expect(rows.get("env.EPOCHS")).toMatchObject({
      ...{ printed: 15, ours: 1, reason: "one pass over the problems shows the gain" },
      origin: { file: recipe, line: 18 },
    });
  });

  test("a setting that differs silently is a warning at its place", async () => {
    const setting = ["--set", "steps.train.with.env.BETA=0.01"];
    const { steps } = await conform(recipe, ...setting);
    expect(steps[0]!.rows.find(({ parameter }) => parameter === "env.BETA")).toMatchObject({
      verdict: "silent",
    });
    const ended = await reprise(packageRoot, ["validate", recipe, ...setting]);
    expect(ended.stdout).toContain(
      "'env.BETA' is 0.01, the paper has 0.001 (train_tiny_zero.sh: algorithm.kl_ctrl.kl_coef)",
    );
  });
});

test("a recipe's own schema for editors has its paper's rows, also while the recipe is unfinished", async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, "own.schema.json");
  const written = await reprise(packageRoot, [
    "schema",
    "tests/papers/tinyzero/recipe.yaml",
    "--output",
    file,
  ]);
  expect(written.stdout).toContain(`$schema=${file}`);
  expect(readFileSync(file, "utf8")).toContain(
    "Paper: train_tiny_zero.sh, algorithm.kl_ctrl.kl_coef: 0.001.",
  );
  const tables = path.join(packageRoot, "tests/papers/tinyzero/tables.yaml");
  const unfinished = path.join(folder, "recipe.yaml");
  writeFileSync(
    unfinished,
    `recipe: 1\nname: new\npaper: { tables: ${tables} }\nsteps:\n  train: { uses: run/command, with: { env: { BETA: 1 } } }\n`,
  );
  expect((await reprise(folder, ["schema", unfinished])).stdout).toContain("kl_coef: 0.001.");
  const missing = await reprise(folder, ["schema", "none.yaml"]);
  expect([missing.code, missing.stderr]).toEqual([
    2,
    expect.stringContaining("There is no file 'none.yaml'"),
  ]);
});

test("a kind from outside is compared as any other, with its own defaults and fields", async () => {
  const folder = temporaryFolder();
  const made = await reprise(folder, ["kind", "new", "lab/halve", "--node"]);
  expect(made.code, made.stderr).toBe(0);
  const kind = path.join(folder, "kinds", "lab-halve", "kind.yaml");
  const text = readFileSync(kind, "utf8");
  expect(text).toContain("default: 1.0, description");
  writeFileSync(
    kind,
    text.replace("default: 1.0, description", "default: 1.0, x-field: Halver.x0, description"),
  );
  const rows = [
    "{ row: x0, printed: 1, parameter: start }",
    "{ row: Steps, printed: 40, parameter: steps }",
    "{ row: Pause, printed: 0.5, parameter: pause }",
  ];
  writeFileSync(
    path.join(folder, "t.yaml"),
    `paper_tables: 2\nsource: arXiv 1, Table 1\ntables:\n  - table: Table 1\n    steps: halve\n    rows:\n${rows.map((row) => `      - ${row}\n`).join("")}`,
  );
  const step = `uses: ./kinds/lab-halve, with: { steps: 30 }, deviations: { steps: { paper: 40, reason: "enough" } }`;
  const recipe = `recipe: 1\nname: own\npaper: { tables: t.yaml }\nsteps: { halve: { ${step} } }\n`;
  writeFileSync(path.join(folder, "r.yaml"), recipe);
  const ended = await reprise(folder, ["conform", "--json", "r.yaml"]);
  expect(ended.code, ended.stderr).toBe(0);
  const [table] = (JSON.parse(ended.stdout) as Conformed).steps;
  expect(table).toMatchObject({ step: "halve", kind: "lab/halve", table: "Table 1" });
  expect(table!.rows).toMatchObject([
    { row: "x0", ours: 1, verdict: "exact", field: "Halver.x0", origin: null },
    { row: "Steps", ours: 30, verdict: "deviation", reason: "enough", origin: { file: "r.yaml", line: 4 } },
    { row: "Pause", ours: 0.1, verdict: "silent" },
  ]);
  writeFileSync(
    path.join(folder, "t.yaml"),
    readFileSync(path.join(folder, "t.yaml"), "utf8").replace("parameter: pause", "parameter: pouse"),
  );
  const wrong = await reprise(folder, ["conform", "r.yaml"]);
  expect(wrong.code).toBe(2);
  expect(wrong.stdout + wrong.stderr).toMatch(/t\.yaml:9:\d+: .*'pouse'.*Did you mean 'pause'\?/);
});
