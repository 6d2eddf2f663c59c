import { describe, expect, test } from "vitest";
import { isSame } from "../../compiler/paper/paper-value.ts";
import { inPapersUnit, reachesTrainer } from "../../compiler/paper/reaches-trainer.ts";
import type { ParameterSchema } from "../../schemas/kinds.ts";
import { compileText, diagnosticsOf, planOf, SMALL } from "../support/recipes.ts";

const NOOP = "steps: { a: { uses: run/noop, with: {} } }\n";
const recipe = (more: string, steps = NOOP) => `recipe: 1\nname: r\n${more}${steps}`;
const told = (text: string) => diagnosticsOf(text).map(({ code, message }) => `${code} ${message}`);

describe("a plan beside its steps", () => {
  test("names the variables of its secrets once each, used or not", () => {
    const inputs =
      "inputs:\n  a: { type: secret, env: TOKEN }\n  b: { type: secret, env: TOKEN }\n  c: { type: secret, env: OTHER }\n";
    expect(planOf(recipe(inputs)).secrets).toEqual(["TOKEN", "OTHER"]);
    expect(planOf(recipe("")).secrets).toEqual([]);
  });

  test("has its inputs with their digests where they are stated, and no values", () => {
    const inputs = `inputs:\n  rows: { type: path, path: rows.jsonl }\n  set: { type: dataset, path: data, sha256: ${"a".repeat(64)} }\n  seed: { type: int, default: 1 }\n`;
    expect(planOf(recipe(inputs)).inputs).toEqual({
      rows: { type: "path", path: "rows.jsonl", sha256: null },
      set: { type: "dataset", path: "data", sha256: "a".repeat(64) },
    });
  });

  test("says how claims are corrected, and is another plan then", () => {
    const [plain, holm] = [planOf(recipe("")), planOf(recipe("correction: holm\n"))];
    expect(plain.correction).not.toBe("holm");
    expect(holm.correction).toBe("holm");
    expect(holm.digest).not.toBe(plain.digest);
    expect(planOf(recipe("description: Other words.\n")).digest).toBe(plain.digest);
  });

  test("has each deviation with what the recipe has in its place", () => {
    const deviated = SMALL.replace(
      "with: { clips: { eval: 2 } }",
      'with: { clips: { eval: 2 }, size: 56 }\n    deviations: { size: { paper: 112, reason: "small" } }',
    );
    expect(planOf(deviated).deviations).toEqual([
      { step: "walks", parameter: "size", paper: 112, ours: 56, reason: "small" },
    ]);
    expect(planOf(deviated).digest).not.toBe(planOf(deviated.replace('"small"', '"other"')).digest);
  });
});

describe("what parameters alone decide", () => {
  const sized = (size: string) => told(SMALL.replace("size: 56x56", `size: ${size}`));

  test("both sides of a size are whole patches", () => {
    expect(sized("84x28")).toEqual([]);
    const wrong = (size: string, near: string) =>
      expect(sized(size)).toEqual([
        `R0104 Both sides of ${size} must be multiples of 28, the model's patch size. Did you mean '${near}'?`,
      ]);
    wrong("56x60", "56x56");
    wrong("60x56", "56x56");
    wrong("75x5", "84x28");
  });

  test("an enum's default is one of its words", () => {
    const input = (value: string) =>
      `inputs: { how: { type: enum, values: [fast, slow], default: ${value} } }\n`;
    expect(told(recipe(input("slow"))).filter((one) => one.startsWith("R0104"))).toEqual([]);
    expect(told(recipe(input("slwo")))).toContain(
      "R0104 The input 'how' must be one of fast, slow; it is the text 'slwo'. Did you mean 'slow'?",
    );
    expect(told(recipe(input("quickly"))).find((one) => one.startsWith("R0104"))).toMatch(/'quickly'\.$/);
  });

  test("only a training is run by several processes", () => {
    const steps = "steps: { a: { uses: run/noop, with: {}, resources: { processes: 2 } } }\n";
    expect(told(recipe("", steps))).toEqual(["R0104 run/noop runs in one process."]);
    expect(told(recipe("", steps.replace("2", "1")))).toEqual([]);
  });

  test("sums have no more threads than their step has cores", () => {
    const asked = (resources: string) =>
      told(recipe("", `steps: { a: { uses: run/noop, with: {}, resources: { ${resources} } } }\n`));
    expect(asked("cpu: 2, threads: 3")).toEqual(["R0104 Sums on 3 threads need as many cores; 'cpu' is 2."]);
    expect(asked("threads: 2")).toEqual(["R0104 Sums on 2 threads need as many cores; 'cpu' is 0."]);
    expect(asked("cpu: 2, threads: 2")).toEqual([]);
    expect(asked("cpu: 0, threads: 1")).toEqual([]);
  });

  test("a matrix has no more cells than can be planned, also together with its group's", () => {
    const values = (count: number) => `[${Array.from({ length: count }, (_, value) => value).join(", ")}]`;
    const inner = (count: number) =>
      `{ uses: run/noop, matrix: { b: ${values(count)} }, with: { value: "\${{ matrix.b }}" } }`;
    const steps = (outer: number, count: number) =>
      `steps: { g: { matrix: { a: ${values(outer)} }, steps: { s: ${inner(count)} } } }\n`;
    expect(planOf(recipe("", steps(2, 3))).steps).toHaveLength(6);
    expect(told(recipe("", steps(400, 400))).some((one) => /^R0307 .*160000 combinations/.test(one))).toBe(
      true,
    );
  });

  test("a recipe that cannot be read has no plan", () => {
    expect(compileText("recipe: 1\nname: r\nsteps: {}\n").plan).toBeNull();
    expect(told("[".repeat(2_000))[0]).toMatch(/^R0004 /);
    expect(told("")).toEqual([expect.stringMatching(/^R0003 The file is empty\. Start with /)]);
  });
});

describe("a paper's value beside ours", () => {
  test.each<[unknown, unknown, boolean]>([
    ["1e-6", 0.000001, true],
    ["2", 3, false],
    ["True", true, true],
    ["true", false, false],
    [[1, "2"], [1, 2], true],
    [[1], [1, 2], false],
    [[1, 2], [1, 3], false],
    ["adamw", "adamw", true],
    ["a", "b", false],
    [1, "1", false],
    [true, "true", false],
  ])("%j and %j: %j", (ours, paper, same) => {
    expect(isSame(ours, paper)).toBe(same);
  });

  const schema = (maps: object) => ({ "x-maps": maps }) as unknown as ParameterSchema;

  test("reaches the trainer as its word, times another parameter, or as it is", () => {
    expect(reachesTrainer(undefined, 3, {})).toEqual({ reaches: 3, change: null });
    const words = schema({ values: { cosine: "cosine_with_min_lr", none: null } });
    expect(reachesTrainer(words, "cosine", {}).reaches).toBe("cosine_with_min_lr");
    expect(reachesTrainer(words, "none", {}).reaches).toBeNull();
    expect(reachesTrainer(words, "linear", {})).toEqual({ reaches: "linear", change: null });
    const times = schema({ times: "group", unit: "rows", unless: { unit: "rows", other: 1 } });
    expect(reachesTrainer(times, 2, { group: 8, unit: "prompts" })).toEqual({
      reaches: 16,
      change: "2 x group 8 = 16 rows",
    });
    expect(reachesTrainer(times, 2, { group: 8, unit: "rows" })).toEqual({ reaches: 2, change: null });
    expect(reachesTrainer(schema({ times: "group" }), 2, { group: 3 }).change).toBe("2 x group 3 = 6");
  });

  test("counts in the unit of the kind's defaults", () => {
    const unit = { default: "prompts" } as ParameterSchema;
    const times = schema({ times: "group", unless: { unit: "rows" } });
    expect(inPapersUnit({ unit }, times, { unit: "rows", a: 1 })).toEqual({ unit: "prompts", a: 1 });
    expect(inPapersUnit({ unit }, undefined, { unit: "rows" })).toEqual({ unit: "rows" });
  });
});
