import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { screenWidth } from "../../cli/screen.ts";
import { drawTable } from "../../cli/table.ts";

const digest = "0123456789abcdef".repeat(4);
const HEAD = ["step", "kind", "because", "where"];
const ROWS = [
  ["grpo", "train/grpo", "with.learning_rate changed: 1e-5 -> 2e-5", `artifacts/${digest}/content`],
  ["score_after_training", "eval/mcq", "never run\ninput clips is missing", ""],
];
const bare = (text: string) => text.replaceAll(/\s/g, "");

describe("a table", () => {
  test.each([60, 80, 97, 120, 160, 200])(
    "fits into %i columns, without a box, and nothing is lost",
    (width) => {
      const text = drawTable(HEAD, ROWS, { width });
      expect(Math.max(...text.split("\n").map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
      expect(text).not.toMatch(/[│┌┬├┼]/);
      expect(text).not.toMatch(/ $/m);
      const letters = bare(ROWS.flat().join("").replace(digest, digest.slice(0, 12)));
      const counts = (of: string) => of.split("").sort().join("");
      expect(counts(bare(text).replaceAll("─", ""))).toBe(counts(HEAD.join("") + letters));
    },
  );

  test("has one line for a row where there is room", () => {
    expect(drawTable(["step", "status"], [["sft", "done"]], { width: 60 })).toBe(
      "step  status\n────  ──────\nsft   done",
    );
  });

  test("keeps words whole where that is enough", () => {
    const text = drawTable(HEAD, ROWS, { width: 110 });
    for (const word of ["score_after_training", "train/grpo", "with.learning_rate"])
      expect(text).toContain(word);
  });

  test("leaves out what it can do without, and what nothing stands in", () => {
    const spare = ["kind", "where"];
    expect(drawTable(HEAD, ROWS, { width: 200, spare })).toMatch(/^step +kind +because +where$/m);
    expect(drawTable(HEAD, ROWS, { width: 103, spare })).toMatch(/^step +because +where$/m);
    expect(drawTable(HEAD, ROWS, { width: 70, spare })).toMatch(/^step +because$/m);
    expect(drawTable(["step", "note"], [["sft", ""]])).toBe("step\n────\nsft");
  });

  test("measures what is shown: wide letters, and no colours", () => {
    const text = drawTable(["a", "b"], [["\u001b[31m字字\u001b[39m", "x"]], { width: 60 });
    expect(text.split("\n").at(-1)).toBe("\u001b[31m字字\u001b[39m  x");
  });
});

test("the screen's width is the terminal's, else that of COLUMNS, between 60 and 200", () => {
  expect(screenWidth(80, "100")).toBe(80);
  expect(screenWidth(undefined, "100")).toBe(100);
  expect([screenWidth(undefined, ""), screenWidth(undefined, "wide")]).toEqual([120, 120]);
  expect([screenWidth(20, ""), screenWidth(500, "")]).toEqual([60, 200]);
});
