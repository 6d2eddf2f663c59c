import { expect, test } from "vitest";
import { section } from "../../activities/eval-judge/section.ts";
import { accuracySection, apiSection } from "../../report/evaluation.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";

const recordOf = (metrics: Record<string, Record<string, number>>) =>
  ({
    steps: Object.entries(metrics).map(([id, values]) => ({ id, metrics: values })),
  }) as unknown as RunRecord;

/** The cells of a section's table, row by row. */
const cellsOf = (text: string): string[][] =>
  [...text.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<t[hd]>([\s\S]*?)<\/t[hd]>/g)].map(([, cell]) =>
      cell!.replaceAll(/<\/?b>/g, "").trim(),
    ),
  );

const record = recordOf({
  frames: { frames: 16 },
  local: {
    ...{ accuracy: 0.5, accuracy_low: 0.25, accuracy_high: 0.75, chance: 0.25, majority: 0.4, samples: 8 },
    ...{ unparsed: 1, error: 0, "accuracy[action/forward]": 0.5 },
  },
  closed: {
    ...{
      accuracy: 1,
      accuracy_low: 0.7,
      accuracy_high: 1,
      chance: 0.25,
      majority: 0.4,
      samples: 8,
      unparsed: 0,
    },
    ...{ error: 2, "accuracy[part1]": 1, replies: 6, recorded: 0, input_tokens: 783, output_tokens: 12 },
    ...{ cost: 0.25, other_days: 6, served_models: 2, changed: 3, spoilt: 1, other_model: 4 },
  },
  judge: {
    ...{ samples: 3, empty: 1, unscored: 0, coverage: 1, score: 4, score_low: 3.5, score_high: 4.5 },
    ...{ score_times_20: 80, direction: 5, landmarks: 3, logic: 4, spread: 0.25, "score[route/reverse]": 2 },
  },
});

test("accuracy has a line for each step, then one for each group that any step has, with the steps side by side", () => {
  const [headings, local, closed, ...groups] = cellsOf(accuracySection(record).text);
  expect(headings!.at(-1)).toBe("errors");
  expect(local).toEqual(["local", "50.0 %", "25.0 % – 75.0 %", "25.0 %", "40.0 %", "8", "1", "0"]);
  expect(closed!.at(-1)).toBe("2");
  expect(groups).toEqual([
    ["questions", "local", "closed"],
    ["action/forward", "50.0 %", ""],
    ["part1", "", "100.0 %"],
  ]);
});

test("the judge's scores stand by part, with their spread and coverage", async () => {
  expect(cellsOf(await section(record))[1]).toEqual([
    "judge",
    "4.00",
    "3.50 – 4.50",
    "80.0",
    "5.00",
    "3.00",
    "4.00",
    "0.25",
    "100.0 %",
    "3",
    "1",
    "0",
    "2.00",
  ]);
});

test("what was asked of an API says whether the model changed", () => {
  const rows = cellsOf(apiSection(record).text);
  expect(rows).toHaveLength(2);
  expect(rows[1]).toEqual(["closed", "6", "1", "0", "783", "12", "0.25", "6", "2", "4", "3"]);
});

test("filtered and refused replies have columns where there are any", async () => {
  const declined = recordOf({
    closed: {
      ...{ accuracy: 0.5, accuracy_low: 0.1, accuracy_high: 0.9, chance: 0.25, majority: 0.4, samples: 4 },
      ...{ unparsed: 0, filtered: 2, refused: 0, error: 1 },
    },
    judge: {
      ...{ samples: 3, empty: 1, filtered: 0, refused: 2, unscored: 0, coverage: 1, score: 4 },
      ...{
        score_low: 3.5,
        score_high: 4.5,
        score_times_20: 80,
        direction: 5,
        landmarks: 3,
        logic: 4,
        spread: 0,
      },
    },
  });
  const [headings, closed] = cellsOf(accuracySection(declined).text);
  expect(headings!.slice(-4)).toEqual(["samples", "unparsed", "filtered", "errors"]);
  expect(closed!.slice(-4)).toEqual(["4", "0", "2", "1"]);
  const [judged, scores] = cellsOf(await section(declined));
  expect(judged!.slice(-4)).toEqual(["samples", "empty", "refused", "unscored"]);
  expect(scores!.slice(-4)).toEqual(["3", "1", "2", "0"]);
  expect(cellsOf(accuracySection(record).text)[0]).not.toContain("filtered");
});

test("what was not done has no section", async () => {
  const empty = recordOf({ frames: { frames: 16 } });
  for (const each of [accuracySection, apiSection]) expect(each(empty).text).toBe("");
  expect(await section(empty)).toBe("");
});
