import { describe, expect, test } from "vitest";

import { parseDocument } from "yaml";
import { PAGES, samplesOf } from "../support/docs.ts";
import { saidOf } from "../support/part-of-what.ts";

const samples = PAGES.flatMap(samplesOf).filter(({ language }) => language === "yaml");

/** The entries of a block: what begins without indentation, with all that belongs to it. */
const entriesOf = (text: string): string[] => text.split(/\n(?=[^\s}#\]])/);

/** A block without what it shows as wrong. */
const rightOf = (text: string): string =>
  entriesOf(text)
    .filter((entry) => !entry.includes("# wrong"))
    .join("\n")
    .trimEnd();

test("there are samples to look at", () => {
  expect(samples.length).toBeGreaterThan(90);
});

describe("every YAML sample is valid, or a part of something valid", () => {
  test.each(samples.map((sample) => [`${sample.page}:${sample.line}`, sample] as const))(
    "%s",
    (_, { text }) => {
      const right = rightOf(text);
      const document = parseDocument(right);
      expect(document.errors.map(({ message }) => message)).toEqual([]);
      expect(saidOf(document.toJS(), right)).toEqual([]);
    },
  );
});

test.each([
  ["steps: { one: { uses: run/noop, wiht: { value: 1 } } }", "R0101"],
  ["sft: { uses: train/sft, with: { epoch: 1, … } }", "R0101"],
  ["sft: { uses: train/sft, with: { epochs: 1 } }", "R0102"],
  ["epochs: -1", "R0104"],
  ["if: ${{ inputs.gpus = 4 }}", "R0206"],
  ["claims: [{ id: helps, better: score_grpo }]", "R0105"],
  ["repositories: { papers: { url: papers.git, pol: 5s } }", "It is a part of nothing"],
])("a part with a mistake is told: %s", (text, expected) => {
  expect(saidOf(parseDocument(text).toJS(), text).join("\n")).toContain(expected);
});
