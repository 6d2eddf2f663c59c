import { describe, expect, test } from "vitest";
import { readingSection } from "../../report/reading.ts";
import type { Prediction } from "../../verdict/statistics/sample.ts";
import { unparsedNote } from "../../asking/unparsed-note.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";

const predictions = (replies: string[], status: Prediction["status"] = "correct"): Prediction[] =>
  replies.map((reply, index) => ({
    ...{ id: `${status}-${index}`, video: "v", task: "t", way: "w", options: 4, gold: "A", truncated: false },
    ...{
      reply,
      letter: status === "correct" ? "A" : null,
      rule: status === "correct" ? "whole" : null,
      status,
    },
  }));

describe("replies without a letter", () => {
  const read = predictions(Array.from({ length: 95 }, () => "A"));

  test("are told if they are more than 5 %, with three examples", () => {
    const hard = ["It is  hard\nto say.", "", `${"left ".repeat(60)}or right`, "Neither."];
    expect(unparsedNote([...read, ...predictions(hard, "unparsed")])).toBeNull();
    const note = unparsedNote([...read.slice(0, 36), ...predictions(hard, "unparsed")])!;
    expect(note).toContain(
      '4 of 40 replies (10.0 %) give no letter and count as not correct, such as unparsed-0 "It is hard to say.", unparsed-1 "", unparsed-2 "left left',
    );
    expect(note).toMatch(/ … .*left or right"\. docs\/evaluation\.md/);
    expect(note).not.toContain("Neither");
  });

  test("are counted among those that could be read, without errors", () => {
    const errors = predictions(["", ""], "error");
    expect(unparsedNote(errors)).toBeNull();
    expect(unparsedNote([...read.slice(0, 19), ...predictions(["?"], "unparsed")])).toBeNull();
    expect(unparsedNote([...read.slice(0, 18), ...predictions(["?"], "unparsed"), ...errors])).toContain(
      "1 of 19 replies",
    );
  });
});

describe("how replies were read", () => {
  const steps = (metrics: Record<string, Record<string, number>>) =>
    ({
      steps: Object.entries(metrics).map(([id, values]) => ({ id, metrics: values })),
    }) as unknown as RunRecord;

  test("is a share of each rule that any step used", () => {
    const record = steps({
      frames: { frames: 8 },
      base: { samples: 8, unparsed: 2, "read[tag]": 0, "read[whole]": 6, "read[boxed]": 0 },
      grpo: { samples: 8, unparsed: 0, "read[tag]": 8, "read[whole]": 0, "read[boxed]": 0 },
    });
    const { text } = readingSection(record, new Map([["base", "2 of 8 <replies>"]]));
    const cells = [...text.matchAll(/<t[hd]>([^<]*)<\/t[hd]>/g)].map(([, cell]) => cell);
    expect(cells).toEqual([
      ...["step", "tag", "whole", "unparsed"],
      ...["base", "0.0 %", "75.0 %", "25.0 %"],
      ...["grpo", "100.0 %", "0.0 %", "0.0 %"],
    ]);
    expect(text).toContain("<b>base</b>: 2 of 8 &lt;replies&gt;");
  });

  test("has no section where nothing was read", () =>
    expect(readingSection(steps({ frames: { frames: 8 } }), new Map()).text).toBe(""));
});
