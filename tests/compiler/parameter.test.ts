import { describe, expect, test } from "vitest";
import type { ParameterSchema } from "../../schemas/kinds.ts";
import { isGiven, keysOf, parameterNames, schemaOf, valueOf } from "../../compiler/parameter.ts";
import { compileText, diagnosticsOf } from "../support/recipes.ts";

const PROPERTIES = {
  rate: { type: "number" },
  rewards: { type: "object", properties: { accuracy: { type: "number" } } },
  env: { type: "object" },
} as unknown as Record<string, ParameterSchema>;
const GIVEN = { rate: 1, env: { BETA: 0.1, "a.b": 2, deep: { er: 3 } } };

describe("a parameter, and what stands in one, has a name", () => {
  test("by the kind's schema and by what the step gives", () => {
    expect(parameterNames(PROPERTIES, GIVEN)).toEqual([
      ...["rate", "rewards", "rewards.accuracy", "env", "env.BETA", "env.a.b", "env.deep", "env.deep.er"],
    ]);
    expect(schemaOf(PROPERTIES, "rewards.accuracy")).toEqual({ type: "number" });
    expect(schemaOf(PROPERTIES, "env.BETA")).toBeUndefined();
    expect(schemaOf(PROPERTIES, "toString")).toBeUndefined();
  });

  test.each([
    ["rate", ["rate"], 1],
    ["env.BETA", ["env", "BETA"], 0.1],
    ["env.a.b", ["env", "a.b"], 2],
    ["env.deep.er", ["env", "deep", "er"], 3],
  ])("%s leads to its value", (name, keys, value) => {
    expect(keysOf(GIVEN, name)).toEqual(keys);
    expect(valueOf({ params: GIVEN, inputs: {} }, name)).toBe(value);
  });

  test.each(["env.GAMMA", "rewards.accuracy", "toString", "env.toString"])("%s is not given", (name) => {
    expect(isGiven(GIVEN, name)).toBe(false);
    expect(valueOf({ params: GIVEN, inputs: {} }, name)).toBeNull();
  });

  test("an artifact's value is where it comes from", () => {
    const inputs = { model: { from: "hub", id: "org/base@main" } } as const;
    expect(valueOf({ params: {}, inputs }, "model")).toBe("org/base@main");
  });
});

describe("what stands in a parameter", () => {
  const recipe = (note: string) => `recipe: 1
name: noted
steps:
  train:
    uses: run/command
    with: { argv: ["true"], env: { BETA: 0.1 } }
    deviations: { ${note}: { paper: 0.2, reason: test } }
`;

  test("can deviate, and the plan has its value", () => {
    const { plan, diagnostics } = compileText(recipe("env.BETA"));
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(plan!.deviations).toEqual([
      { step: "train", parameter: "env.BETA", paper: 0.2, ours: 0.1, reason: "test" },
    ]);
  });

  test.each([
    ["env.BETTA", "env.BETA"],
    ["BETA", "env.BETA"],
  ])("and a slip is told: %s", (note, suggestion) => {
    expect(diagnosticsOf(recipe(note))).toMatchObject([{ code: "R0303", suggestion }]);
  });
});
