import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { printDiagnostic } from "../../compiler/print-diagnostic.ts";
import { CODES, type Code } from "../../schemas/diagnostic.ts";
import { diagnosticsOf, SMALL } from "../support/recipes.ts";

interface Wrong {
  text: string;
  profile?: string;
  /** line:column: message of each diagnostic. */
  says: string[];
}

const change = (from: string, to: string): string => {
  if (!SMALL.includes(from)) throw new Error(`SMALL has no ${from}`);
  return SMALL.replace(from, to);
};

const WRONG: Partial<Record<Code, Wrong>> = {
  R0002: {
    text: "recipe: [1\n",
    says: ["2:1: Flow sequence in block collection must be sufficiently indented and end with a ]."],
  },
  R0003: { text: "", says: ["1:1: The file is empty. Start with 'recipe: 1', 'name:' and 'steps:'."] },
  R0101: {
    text: change("size:", "sise:"),
    says: [
      "9:5: 'steps.frames.with' needs the key 'size'.",
      "11:7: 'sise' is not a key of 'steps.frames.with'. Did you mean 'size'?",
    ],
  },
  R0102: { text: change("name: small\n", ""), says: ["1:1: the recipe needs the key 'name'."] },
  R0103: {
    text: change("eval: 2", "eval: two"),
    says: ["6:28: 'steps.walks.with.clips.eval' must be an integer; it is the text 'two'."],
  },
  R0104: {
    text: change("frames/extract", "frames/extrakt"),
    says: [
      "8:11: 'steps.frames.uses' must be one of data/synthesize, frames/extract, model/tiny, train/sft, model/merge, train/grpo, eval/mcq; it is the text 'frames/extrakt'. Did you mean 'frames/extract'?",
    ],
  },
  R0105: {
    text: `${SMALL}claims: [{ id: a, better: walks }]\n`,
    says: [
      "12:10: 'claims.0' has keys or a form that do not fit together; it is: A number or relation that the finished run must show.",
    ],
  },
  R0201: {
    text: change("steps.walks", "steps.walk"),
    says: ["10:16: There is no step 'walk'. Did you mean 'walks'?"],
  },
  R0202: {
    text: change("outputs.dataset", "outputs.data"),
    says: ["10:16: There is no output of 'walks' (data/synthesize) 'data'. There is: dataset."],
  },
  R0203: {
    text: change("steps.walks.outputs.dataset", "inputs.walks"),
    says: ["10:16: There is no input 'walks'. There is: none."],
  },
  R0204: {
    text: change("name: small\n", "name: small\ninputs: { m: { type: model, path: m } }\n").replace(
      "steps.walks.outputs.dataset",
      "inputs.m",
    ),
    says: ["11:16: 'dataset' takes dataset, but the input 'm' is model."],
  },
  R0205: {
    text: change("uses: data/synthesize", "uses: data/synthesize\n    needs: [frames]"),
    says: ["4:3: Steps wait for each other: 'walks' waits for 'frames' waits for 'walks'."],
  },
  R0206: {
    text: change("${{ steps.walks.outputs.dataset }}", "$.walks"),
    says: [
      "10:16: '$.walks' is no reference. Write ${{ steps.<step>.outputs.<output> }} or ${{ inputs.<input> }}.",
    ],
  },
  R0301: {
    text: `${SMALL}profiles: { tiny: { steps.walks.with.seed: 1 } }\n`,
    profile: "tinny",
    says: ["12:1: The recipe has no profile 'tinny'. It has: tiny."],
  },
  R0302: {
    text: `${SMALL}profiles: { tiny: { steps.walk.with.seed: 1 } }\n`,
    profile: "tiny",
    says: ["12:21: The profile changes 'steps.walk.with.seed', but the recipe has no 'steps.walk.with'."],
  },
  R0303: {
    text: change(
      "with: { clips: { eval: 2 } }",
      "with: { clips: { eval: 2 } }\n    deviations: { speed: { paper: 1, reason: x } }",
    ),
    says: ["7:19: 'speed' is stated as a deviation, but the step sets no 'speed'."],
  },
  R0304: {
    text: `${SMALL}claims: [{ id: a, better: walks, than: frames }]\n`,
    says: [
      "12:27: 'walks' is of kind data/synthesize; only eval/mcq can be compared.",
      "12:40: 'frames' is of kind frames/extract; only eval/mcq can be compared.",
    ],
  },
};

// These come from the disk, not from the text; tests/cli covers them.
const FROM_DISK: Code[] = ["R0001", "R0401", "R0402"];

describe("every code of the compiler", () => {
  test.each(Object.entries(WRONG))("%s says what is wrong and where", (code, { text, profile, says }) => {
    const diagnostics = diagnosticsOf(text, profile ?? null);
    expect(diagnostics.map(({ line, column, message }) => `${line}:${column}: ${message}`)).toEqual(says);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
  });

  test("has a case here or comes from the disk", () => {
    expect([...Object.keys(WRONG), ...FROM_DISK].sort()).toEqual(Object.keys(CODES).sort());
  });

  test("has a section in docs/diagnostics.md", () => {
    const docs = readFileSync("docs/diagnostics.md", "utf8");
    const headings = [...docs.matchAll(/^## (R[0-9]{4}): (.*)$/gm)].map(([, code, title]) => [code, title]);
    expect(headings).toEqual(Object.entries(CODES));
  });
});

describe("printing", () => {
  test("underlines exactly the wrong part", () => {
    const text = change("eval: 2", "eval: two");
    expect(printDiagnostic(diagnosticsOf(text)[0]!, text)).toBe(
      [
        "r.yaml:6:28: 'steps.walks.with.clips.eval' must be an integer; it is the text 'two'. [R0103]",
        "        with: { clips: { eval: two } }",
        "                               ~~~",
      ].join("\n"),
    );
  });

  test("an error in a profile points into the profile", () => {
    const text = `${SMALL}profiles:\n  tiny:\n    steps.walks.with.seed: none\n`;
    const [diagnostic] = diagnosticsOf(text, "tiny");
    expect([diagnostic!.line, diagnostic!.column]).toEqual([14, 28]);
  });
});

test.each(["claims.foo", "claims.7", "claims.-1"])(
  "a profile cannot put something at %s of a list",
  (place) => {
    const text = `${SMALL}claims: []\nprofiles: { tiny: { "${place}": 1 } }\n`;
    expect(diagnosticsOf(text, "tiny").map(({ code }) => code)).toEqual(["R0302"]);
  },
);

describe("hostile text", () => {
  test.each([
    [
      "an alias bomb",
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]\n`,
    ],
    ["nesting of ten thousand levels", `${"[".repeat(10_000)}\n`],
    ["a prototype name as a key", "__proto__: { a: 1 }\nconstructor: 2\n"],
    [
      "a prototype name as a step",
      "recipe: 1\nname: a\nsteps: { constructor: { uses: toString, with: {} } }\n",
    ],
    ["only a tab", "\t\n"],
    ["duplicate keys", "recipe: 1\nrecipe: 1\n"],
    ["a number that is none", SMALL.replace("eval: 2", "eval: .nan")],
    ["a key that every object has", SMALL.replace("size: 56x56", "size: 56x56\n      toString: 1")],
    ["null steps", "recipe: 1\nname: a\nsteps: { a: null }\n"],
    ["a list of steps", "recipe: 1\nname: a\nsteps: [{ uses: data/synthesize }]\n"],
  ])("%s gives diagnostics with places", (_, text) => {
    const diagnostics = diagnosticsOf(text);
    expect(diagnostics.length).toBeGreaterThan(0);
    for (const { line, column } of diagnostics) {
      expect(line).toBeGreaterThan(0);
      expect(column).toBeGreaterThan(0);
    }
  });
});
