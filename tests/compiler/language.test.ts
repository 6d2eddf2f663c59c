import { describe, expect, test } from "vitest";
import { compileText, diagnosticsOf, planOf, SMALL } from "../support/recipes.ts";

const change = (from: string, to: string): string => {
  if (!SMALL.includes(from)) throw new Error(`SMALL has no ${from}`);
  return SMALL.replace(from, to);
};
const codesOf = (...given: Parameters<typeof compileText>): string[] =>
  diagnosticsOf(...given).map(({ code }) => code);
const PARAMS = "with: { clips: { eval: 2 } }";

describe("inputs", () => {
  const text = change(
    "steps:",
    "inputs: { clips: { type: int, default: 3 }, size: { type: enum, values: [56x56, 84x84], default: 56x56 } }\nsteps:",
  )
    .replace("eval: 2", 'eval: "${{ inputs.clips * 2 }}"')
    .replace("size: 56x56\n", "size: ${{ inputs.size }}\n");

  test("give their default, and keep its type", () => {
    const [walks, frames] = planOf(text).steps;
    expect(walks!.params["clips"]).toMatchObject({ eval: 6 });
    expect(frames!.params["size"]).toBe("56x56");
  });

  test("are set from the command line", () => {
    const [walks] = planOf(text, null, { settings: ["inputs.clips=5"] }).steps;
    expect(walks!.params["clips"]).toMatchObject({ eval: 10 });
  });

  test.each([
    ["inputs.clips=many", "R0103"],
    ["inputs.clips=1.5", "R0103"],
    ["inputs.size=10x10", "R0104"],
    ["inputs.sise=56x56", "R0302"],
    ["inputs.clips", "R0306"],
    ["inputs.clips=[", "R0306"],
    ["inputs.clips=[1, .nan]", "R0104"],
    ["inputs.clips={ a: 1, a: 2 }", "R0005"],
  ])("--set %s is refused", (setting, code) => {
    expect(codesOf(text, null, { settings: [setting] })).toContain(code);
  });

  test.each([".nan", "1e400", "-.inf"])(
    "a number that is not finite is told as it is written: %s",
    (written) => {
      const [found, ...more] = diagnosticsOf(text, null, { settings: [`inputs.clips=${written}`] });
      expect(more).toEqual([]);
      expect(found).toMatchObject({
        ...{ code: "R0104", file: "--set", column: 14 },
        message: `${written} is no finite number, which a recipe cannot hold.`,
      });
    },
  );

  test("a value that no step can take is told where it is used", () => {
    expect(codesOf(text, null, { settings: ["inputs.clips=-1"] })).toEqual(["R0104"]);
  });

  test("a path may be a file with a digest", () => {
    const inputs = `inputs: { rows: { type: path, path: rows.jsonl, sha256: ${"a".repeat(64)} } }\nsteps:`;
    expect(planOf(change("steps:", inputs)).inputs).toEqual({
      rows: { type: "path", path: "rows.jsonl", sha256: "a".repeat(64) },
    });
  });

  test.each([
    ["{ type: int, path: x }", "R0105"],
    ["{ type: dataset }", "R0102"],
    ["{ type: dataset, path: x, default: 1 }", "R0105"],
    ["{ type: secret }", "R0102"],
    ["{ type: enum }", "R0102"],
    ["{ type: float }", "R0104"],
    ["{ type: int, default: a }", "R0103"],
  ])("%s is refused", (input, code) => {
    expect(codesOf(change("steps:", `inputs: { a: ${input} }\nsteps:`))).toContain(code);
  });
});

describe("if", () => {
  const conditional = (when: string) => change("size: 56x56", `size: 56x56\n    if: ${when}`);

  test.each([
    ["true", 2],
    ["false", 1],
    ["1 < 2", 2],
    ['"${{ 1 > 2 }}"', 1],
    ["\"contains('abc', 'd')\"", 1],
  ])("%s", (when, count) => expect(planOf(conditional(when)).steps).toHaveLength(count));

  test("a step that needs one that is left out says so, unless it is left out too", () => {
    const left = change(PARAMS, `${PARAMS}\n    if: false`);
    expect(codesOf(left)).toEqual(["R0208"]);
    expect(
      planOf(
        left
          .replace("size: 56x56", "size: 56x56\n    if: false")
          .replace(/$/, "  more: { uses: data/synthesize, with: { clips: {} } }\n"),
      ).steps.map(({ id }) => id),
    ).toEqual(["more"]);
  });

  test("a step that is left out is checked all the same", () => {
    expect(codesOf(change("size: 56x56", "sise: 56x56\n    if: false"))).toEqual(["R0101"]);
  });
});

describe("matrix", () => {
  const grid = change(
    PARAMS,
    `matrix: { seed: [0, 1], crf: [18, 28], exclude: [{ seed: 1, crf: 28 }], include: [{ seed: 7, crf: 30 }] }\n    with: { clips: { eval: 2 }, seed: "\${{ matrix.seed }}", crf: "\${{ matrix.crf }}" }`,
  ).replace("size: 56x56", "size: 56x56\n    matrix: { seed: [0, 1], crf: [18] }");

  test("spreads a step out, without what is excluded, with what is included", () => {
    const steps = planOf(grid).steps.filter(({ kind }) => kind === "data/synthesize");
    expect(steps.map(({ id, matrix, params }) => [id, matrix, params["crf"]])).toEqual([
      ["walks-0-18", { seed: 0, crf: 18 }, 18],
      ["walks-0-28", { seed: 0, crf: 28 }, 28],
      ["walks-1-18", { seed: 1, crf: 18 }, 18],
      ["walks-7-30", { seed: 7, crf: 30 }, 30],
    ]);
  });

  test("a step with the same values gets the matching cell", () => {
    const frames = planOf(grid).steps.filter(({ kind }) => kind === "frames/extract");
    expect(frames.map(({ id, after }) => [id, after])).toEqual([
      ["frames-0-18", ["walks-0-18"]],
      ["frames-1-18", ["walks-1-18"]],
    ]);
  });

  test("one cell can be named, and needs takes all of them", () => {
    const text = change(PARAMS, `matrix: { seed: [0, 1] }\n    ${PARAMS}`)
      .replace("steps.walks.outputs", "steps['walks-1'].outputs")
      .replace(/$/, "  last: { uses: data/synthesize, with: { clips: {} }, needs: [walks] }\n");
    const byId = new Map(planOf(text).steps.map((step) => [step.id, step.after]));
    expect(byId.get("frames")).toEqual(["walks-1"]);
    expect(byId.get("last")).toEqual(["walks-0", "walks-1"]);
  });

  test("a group shares its matrix and its condition", () => {
    const text = `recipe: 1
name: grouped
steps:
  arms:
    matrix: { seed: [0, 1] }
    if: matrix.seed != 1
    steps:
      walks: { uses: data/synthesize, with: { clips: { eval: 1 }, seed: "\${{ matrix.seed }}" } }
      frames:
        uses: frames/extract
        matrix: { size: [56x56, 84x84] }
        with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: "\${{ matrix.size }}" }
`;
    expect(planOf(text).steps.map(({ id, after }) => [id, after])).toEqual([
      ["walks-0", []],
      ["frames-0-56x56", ["walks-0"]],
      ["frames-0-84x84", ["walks-0"]],
    ]);
  });

  test("claims name cells, or all cells of a step", () => {
    const claims = (id: string) =>
      change(PARAMS, `matrix: { seed: [0, 1] }\n    ${PARAMS}`).replace("steps.walks.", "steps['walks-0'].") +
      `claims: [{ id: a, metric: ${id}.videos, at_least: 1 }]\n`;
    expect(codesOf(claims("walks-1"))).toEqual([]);
    expect(codesOf(claims("walks"))).toEqual([]);
    expect(codesOf(claims("walks-2"))).toEqual(["R0201"]);
  });

  test("claims choose the cells of a step by their values", () => {
    const text = `recipe: 1
name: grid
steps:
  walks: { uses: data/synthesize, with: { clips: { eval: 2 } } }
  frames: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 56x56 } }
  score:
    matrix: { seed: [0, 1], arm: [a, b] }
    uses: eval/mcq
    with: { model: some/model, dataset: "\${{ steps.frames.outputs.dataset }}", split: eval, frames: "\${{ matrix.arm == 'a' ? 8 : 8 }}" }
claims:
`;
    const claim = (better: string) => `${text}  - { id: c, better: "${better}", than: "score[arm=b]" }\n`;
    expect(planOf(claim("score[arm=a]")).claims[0]!.cells).toEqual({
      "score[arm=a]": [
        { id: "score-0-a", matrix: { seed: 0 } },
        { id: "score-1-a", matrix: { seed: 1 } },
      ],
      "score[arm=b]": [
        { id: "score-0-b", matrix: { seed: 0 } },
        { id: "score-1-b", matrix: { seed: 1 } },
      ],
    });
    expect(codesOf(claim("score[arm=c]"))).toEqual(["R0201"]);
    expect(codesOf(claim("frames[arm=a]"))).toEqual(["R0201"]);
    expect(codesOf(claim("scores[arm=a]"))).toEqual(["R0201"]);
  });

  test("a cell whose id could not name a folder is told", () => {
    const long = "x".repeat(250);
    expect(codesOf(change(PARAMS, `matrix: { text: [${long}] }\n    ${PARAMS}`))).toContain("R0307");
  });

  test.each([
    ["{ seed: [] }", ["R0104"]],
    ["{ seed: 3 }", ["R0103"]],
    ["{ seed: [1, 1] }", ["R0104"]],
    ["{ seed: [a-b, a_b] }", ["R0307"]],
    ["{ seed: [1], include: [{ seed: 2, crf: 3 }] }", ["R0307"]],
    ["{ seed: [1], exclude: [{ seed: 1 }] }", ["R0105"]],
    ["{ seed: [{ a: 1 }] }", ["R0103"]],
    ["{}", ["R0104"]],
  ])("%s is told once", (matrix, codes) => {
    const text = `recipe: 1\nname: a\nsteps: { walks: { uses: data/synthesize, with: { clips: {} }, matrix: ${matrix} } }\n`;
    expect(codesOf(text)).toEqual(codes);
  });

  test("one mistake in ten cells is told once", () => {
    const text = change(
      PARAMS,
      `matrix: { seed: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }\n    with: { clips: { eval: 2 }, crf: "\${{ matrix.seed * 100 + 60 }}" }`,
    );
    expect(codesOf(text).filter((code) => code === "R0104")).toHaveLength(1);
  });
});

describe("extends", () => {
  const files = {
    "recipes/base.yaml": SMALL,
    "recipes/middle.yaml":
      "extends: base.yaml\nname: middle\nsteps: { walks: { with: { clips: { eval: 4 } } }, more: { uses: data/synthesize, with: { clips: {} } } }\n",
  };
  const text = "extends: middle.yaml\nsteps: { walks: { with: { seed: 9 } }, more: null }\n";

  test("merges mappings, replaces the rest, and null removes", () => {
    const plan = planOf(text, null, { files });
    expect(plan.recipe.name).toBe("middle");
    expect(plan.steps.map(({ id }) => id)).toEqual(["walks", "frames"]);
    expect(plan.steps[0]!.params).toMatchObject({ seed: 9, clips: { eval: 4 } });
  });

  test("knows where each value comes from, and what it replaced", () => {
    const { recipe } = compileText(text, null, { files });
    const places = recipe!.originsOf(["steps", "walks", "with", "clips", "eval"]);
    expect(places.map(({ file, line, column, value }) => [file, line, column, value])).toEqual([
      ["recipes/base.yaml", 6, 28, 2],
      ["recipes/middle.yaml", 3, 42, 4],
    ]);
  });

  test("an error points into the file that says it", () => {
    const wrong = { ...files, "recipes/base.yaml": SMALL.replace("size:", "sise:") };
    expect(
      diagnosticsOf(text, null, { files: wrong }).map(({ code, file, line }) => [code, file, line]),
    ).toEqual([["R0101", "recipes/base.yaml", 11]]);
  });

  test("a circle and a missing file are told", () => {
    expect(codesOf("extends: r.yaml\n", null, { files: { "recipes/r.yaml": "extends: r.yaml\n" } })).toEqual([
      "R0305",
    ]);
    expect(codesOf("extends: none.yaml\n")).toEqual(["R0305"]);
  });

  test("a profile of the base may be chosen, and settings count most", () => {
    const base = { "recipes/base.yaml": `${SMALL}profiles: { tiny: { steps.walks.with.seed: 3 } }\n` };
    const extending = "extends: base.yaml\nsteps: { walks: { with: { seed: 2 } } }\n";
    const seed = (profile: string | null, settings: string[]) =>
      planOf(extending, profile, { files: base, settings }).steps[0]!.params["seed"];
    expect([seed(null, []), seed("tiny", []), seed("tiny", ["steps.walks.with.seed=4"])]).toEqual([2, 3, 4]);
  });
});

describe("an error of an override points to it", () => {
  test("in a profile", () => {
    const text = `${SMALL}profiles:\n  tiny:\n    steps.walks.with.seed: none\n`;
    expect(diagnosticsOf(text, "tiny").map(({ line, column }) => [line, column])).toEqual([[14, 28]]);
  });

  test("on the command line", () => {
    const found = diagnosticsOf(SMALL, null, {
      settings: ["steps.walks.with.crf=1", "steps.walks.with.seed=none"],
    });
    expect(found.map(({ file, code }) => [file, code])).toEqual([["--set 2", "R0103"]]);
  });

  test.each(["claims.foo", "claims.7", "claims.-1"])(
    "a profile cannot put something at %s of a list",
    (place) => {
      const text = `${SMALL}claims: []\nprofiles: { tiny: { "${place}": 1 } }\n`;
      expect(codesOf(text, "tiny")).toEqual(["R0302"]);
    },
  );
});

describe("secrets", () => {
  const text = `recipe: 1
name: secret
inputs:
  token: { type: secret, env: MY_TOKEN }
  frames: { type: dataset, path: x }
steps:
  cut: { uses: frames/extract, with: { dataset: "\${{ inputs.frames }}", size: 56x56 } }
  score:
    uses: eval/mcq
    with: { model: org/gated, dataset: "\${{ steps.cut.outputs.dataset }}", split: test }
    secrets: { HF_TOKEN: "\${{ inputs.token }}" }
`;

  test.each(["inputs.token=hf_value-1", "inputs.token.env=hf_value", "inputs.token.default=hf_value"])(
    "are not given by --set %s, nor shown",
    (setting) => {
      const compiled = compileText(text, null, { settings: [setting] });
      expect(compiled.diagnostics.map(({ code }) => code)).toEqual(["R0309"]);
      expect(JSON.stringify([compiled, ...compiled.texts])).not.toContain("hf_value");
    },
  );

  test("stand in the plan as the name of a variable only", () => {
    expect(planOf(text).steps[1]!.secrets).toEqual({ HF_TOKEN: "MY_TOKEN" });
  });

  test.each([
    ['split: "${{ inputs.token }}"', "R0309"],
    ['split: "a ${{ inputs.token }}"', "R0309"],
    ["split: \"${{ inputs.token == 'x' }}\"", "R0309"],
    ['model: "${{ inputs.token }}", split: test', "R0309"],
  ])("%s is refused", (params, code) => {
    const wrong = text.replace("split: test", params).replace(/model: org\/gated, (?=.*model:)/, "");
    expect(codesOf(wrong)).toEqual([code]);
  });
});

test.each([
  ["90s", 90],
  ["30m", 1800],
  ["2h", 7200],
  ["2d", 172_800],
  ["PT10M", 600],
  ["P1DT2H3M4S", 93_784],
])("a timeout of %s has %i seconds", (text, seconds) => {
  expect(planOf(change(PARAMS, `${PARAMS}\n    timeout: ${text}`)).steps[0]!.timeoutSeconds).toBe(seconds);
});

test.each(["PT0S", "P0D", "99999999999d"])("a timeout of %s is refused", (text) => {
  expect(codesOf(change(PARAMS, `${PARAMS}\n    timeout: ${text}`))).toEqual(["R0104"]);
});

test("x- keys and sources are the user's: what looks like a reference is none there", () => {
  expect(
    codesOf(change(PARAMS, `${PARAMS}\n    x-note: steps.md\n    source: { clips: inputs.csv }`)),
  ).toEqual([]);
});

test("each cause is told once: a misspelt key is not also missing", () => {
  expect(codesOf(change("size:", "sise:"))).toEqual(["R0101"]);
});
