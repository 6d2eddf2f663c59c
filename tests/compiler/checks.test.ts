import { describe, expect, test } from "vitest";
import { compileWithProfiles } from "../../compiler/compile-profiles.ts";
import { KINDS } from "../../activities/index.ts";
import { isMetric } from "../../schemas/kinds.ts";
import { diagnosticsOf, SMALL } from "../support/recipes.ts";

const PARAMS = "with: { clips: { eval: 2 } }";

test("claims name a metric of the step's kind, of a step that is not left out", () => {
  const claim = (metric: string, more = "") =>
    diagnosticsOf(
      `${SMALL.replace(PARAMS, `${PARAMS}${more}`)}claims: [{ id: a, metric: ${metric}, at_least: 1 }]\n`,
    );
  expect(claim("frames.frames")).toEqual([]);
  expect(claim("frames.frame")).toMatchObject([{ code: "R0304", suggestion: "frames.frames" }]);
  expect(claim("frames.accuracy")).toMatchObject([{ code: "R0304" }]);
  expect(claim("walks.videos", "\n    if: false").map(({ code, path }) => [code, path])).toContainEqual([
    "R0208",
    "claims.0.metric",
  ]);
  expect(isMetric(KINDS.get("eval/mcq").schema["x-metrics"], "accuracy[action/forward]")).toBe(true);
  expect(isMetric(KINDS.get("eval/mcq").schema["x-metrics"], "accuracy[]")).toBe(false);
  expect(isMetric(KINDS.get("train/grpo").schema["x-metrics"], "rewards/format_reward/mean")).toBe(true);
});

test("only what has a common measure can be compared", () => {
  const claim = (better: string, than: string) =>
    diagnosticsOf(
      `${SMALL}  right: { uses: eval/mcq }\n  judged: { uses: eval/judge }\nclaims: [{ id: a, better: ${better}, than: ${than} }]\n`,
    )
      .filter(({ path }) => path.startsWith("claims"))
      .map(({ code, path, message }) => [code, path, message]);
  expect(claim("right", "right")).toEqual([]);
  expect(claim("judged", "judged")).toEqual([]);
  expect(claim("judged", "right")).toEqual([
    [
      "R0304",
      "claims.0.than",
      "'judged' gives scores and 'right' gives predictions: the two have no common measure.",
    ],
  ]);
  expect(claim("walks", "right")).toEqual([
    [
      "R0304",
      "claims.0.better",
      "'walks' is of kind data/synthesize; only what gives predictions or scores can be compared.",
    ],
  ]);
});

describe("profiles that are not chosen", () => {
  const found = (profiles: string) =>
    compileWithProfiles({
      file: "r.yaml",
      text: `${SMALL}profiles:\n${profiles}`,
      settings: [],
      read: () => "",
      kinds: KINDS,
    });

  test("are checked too, and each error names its profile", () => {
    const { plan, diagnostics } = found(
      "  small: { steps.walks.with.clips: { eval: two } }\n  far: { steps.walk.with.seed: 1 }\n  fine: { steps.walks.with.seed: 1 }\n",
    );
    expect(plan).toBeNull();
    expect(
      diagnostics.map(({ code, line, message }) => [code, line, /\(profile (\w+)\)$/.exec(message)?.[1]]),
    ).toEqual([
      ["R0103", 13, "small"],
      ["R0302", 14, "far"],
    ]);
  });

  test("that are right change nothing", () => {
    expect(found("  fine: { steps.walks.with.seed: 1 }\n").plan?.recipe.profile).toBeNull();
  });
});

test.each([
  ["small", "s".repeat(101), "R0104"],
  ["  walks:", `  ${"w".repeat(300)}:`, "R0104"],
])("a name that is too long for a folder is told: %s", (from, to, code) => {
  const found = diagnosticsOf(SMALL.replaceAll(from, to)).find((other) => other.code === code);
  expect(found!.message).toContain("a name has at most 100");
});

test("stages of one model that see other frames are warned of, training and training too", () => {
  const text = `recipe: 1
name: stages
steps:
  walks: { uses: data/synthesize, with: { clips: { sft: 20, grpo: 40 } } }
  near: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 56x56 } }
  wide: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 84x84 } }
  sft: { uses: train/sft, with: { model: org/m, dataset: "\${{ steps.near.outputs.dataset }}", split: sft, learning_rate: 1e-5 } }
  merge: { uses: model/merge, with: { model: org/m, adapter: "\${{ steps.sft.outputs.adapter }}" } }
  grpo: { uses: train/grpo, with: { model: "\${{ steps.merge.outputs.model }}", dataset: "\${{ steps.wide.outputs.dataset }}", split: grpo, learning_rate: 1e-5 } }
`;
  const found = diagnosticsOf(text).find(({ code }) => code === "R0508");
  expect(found).toMatchObject({ line: 6, related: [{ line: 5 }] });
  expect(found!.message).toContain("'grpo' sees other frames than its model was trained on");
});

describe("run/command", () => {
  const text = (params: string, more = "") => `recipe: 1
name: any
inputs: { script: { type: path, path: a.py } }
steps:
  make: { uses: run/command, with: { ${params} } }
${more}`;
  const codes = (...given: Parameters<typeof text>) => diagnosticsOf(text(...given)).map(({ code }) => code);
  const INPUTS = 'argv: [python3, "{inputs.script}"], inputs: { script: "${{ inputs.script }}" }';

  test("declares its outputs, and they are typed", () => {
    const used = (output: string, type: string) =>
      codes(
        `${INPUTS}, outputs: { made: ${type} }`,
        `  cut: { uses: frames/extract, with: { dataset: "\${{ steps.make.outputs.${output} }}", size: 56x56 } }\n`,
      );
    expect(used("made", "dataset")).toEqual([]);
    expect(used("made", "model")).toEqual(["R0204"]);
    expect(used("maid", "dataset")).toEqual(["R0202"]);
  });

  test("takes references as inputs and nothing else there", () => {
    expect(codes(INPUTS)).toEqual([]);
    expect(codes('argv: [a], inputs: { script: "a.py" }')).toContain("R0206");
    expect(codes('argv: [a, "${{ inputs.script }}"], inputs: { s: "${{ inputs.script }}" }')).toEqual([
      "R0206",
    ]);
    expect(codes("argv: a.py")).toContain("R0103");
    expect(codes(`${INPUTS}, outputs: { made: thing }`)).toContain("R0104");
  });
});

test("what no program gets cannot be named in pass_env: a secret, also by its beginning, and the server's address", () => {
  const passing = (names: string) =>
    diagnosticsOf(`recipe: 1
name: passing
inputs: { key: { type: secret, env: LAB_KEY } }
steps:
  go:
    uses: run/command
    with: { argv: [env], pass_env: [${names}] }
    secrets: { LAB_KEY: "\${{ inputs.key }}" }
`).map(({ code, path, message }) => [code, path, message]);
  expect(passing("LAB_ROOT, LAB_ROOT_*, OTHER, T*")).toEqual([]);
  const secret = (name: string) =>
    `'pass_env' passes no secret, and '${name}' names that of the input 'key' (LAB_KEY). Give it by 'secrets', and name the others without it.`;
  const server = (name: string) => `'${name}' is how a worker reaches its server; no program gets it.`;
  expect(passing("LAB_KEY, LAB_*, TEMPORAL_ADDRESS, TEMPORAL_*")).toEqual([
    ["R0309", "steps.go.with.pass_env.0", secret("LAB_KEY")],
    ["R0309", "steps.go.with.pass_env.1", secret("LAB_*")],
    ["R0309", "steps.go.with.pass_env.2", server("TEMPORAL_ADDRESS")],
    ["R0309", "steps.go.with.pass_env.3", server("TEMPORAL_*")],
  ]);
});
