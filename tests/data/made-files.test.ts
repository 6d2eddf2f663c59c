import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readFrames } from "../../data/frames/frames-file.ts";
import { readReplies } from "../../asking/replies-file.ts";
import { readSamples, scoredOf } from "../../record/samples-file.ts";
import { trainOnRows } from "../../programs/train-on-rows.ts";
import { temporaryFolder } from "../support/folders.ts";

const strip = { video: "a.mp4", strip: "strips/a.png", index: [0, 4], width: 56, height: 56 };
const question = {
  ...{ id: "a", video: "a.mp4", split: "train", task: "direction", way: "forward", question: "Which way?" },
  ...{ options: ["A. left", "B. right"], answer: "A", targets: { letter: "A" } },
};

function folderOf(files: Record<string, object[]>): string {
  const folder = path.join(temporaryFolder(), "made");
  mkdirSync(folder);
  for (const [name, rows] of Object.entries(files))
    // As many programs write it, without a last line end.
    writeFileSync(path.join(folder, name), rows.map((row) => JSON.stringify(row)).join("\n"));
  return folder;
}

describe("frames that a program made", () => {
  test("are read to the last line, with what else they say", async () => {
    const rows = [strip, { ...strip, video: "b.mp4", seen: "decoded" }];
    expect(await readFrames(folderOf({ "frames.jsonl": rows }))).toEqual(rows);
  });

  test.each<[object, string]>([
    [{ ...strip, video: 7 }, "frames.jsonl:2: 'video' is the number 7; it must be the video's name."],
    [{ ...strip, strip: "/etc/a.png" }, "it must be a path in the dataset's folder."],
    [{ ...strip, strip: "../a.png" }, "it must be a path in the dataset's folder."],
    [{ ...strip, index: [] }, "'index' is an empty list; it must be a list of whole numbers."],
    [{ ...strip, index: [0.5] }, "'index' is a list of 1; it must be a list of whole numbers."],
    [{ ...strip, width: "56" }, "'width' is \"56\"; it must be a number of pixels."],
    [strip, 'the video "a.mp4" stands in line 1 as well.'],
  ])("%j is told", async (row, message) => {
    await expect(readFrames(folderOf({ "frames.jsonl": [strip, row] }))).rejects.toThrow(message);
  });

  test.each<[string, object[], object[], string]>([
    ["rows", [{ ...question, answer: "C" }], [strip], "questions.jsonl:1: 'answer' is \"C\", which is none"],
    ["strips", [question], [{ ...strip, height: 0 }], "frames.jsonl:1: 'height' is the number 0"],
  ])("no training begins on wrong %s", async (_, rows, strips, message) => {
    const dataset = folderOf({ "questions.jsonl": rows, "frames.jsonl": strips });
    await expect(trainOnRows({ inputs: { dataset } } as never)).rejects.toThrow(message);
  });
});

describe("predictions that a program made", () => {
  const fileOf = (...rows: object[]) =>
    path.join(folderOf({ "predictions.jsonl": rows }), "predictions.jsonl");

  test("are read to the last line", async () => {
    const rows = [
      { id: "a", status: "correct" },
      { id: "b", status: "refused" },
    ];
    expect(await readSamples(fileOf(...rows))).toEqual(rows);
    expect(await scoredOf(fileOf(...rows), "predictions")).toEqual([
      { id: "a", score: 1 },
      { id: "b", score: 0 },
    ]);
  });

  test("are read line by line for a claim, as the whole file is: any separator within a text, encoding or line end", async () => {
    const file = path.join(temporaryFolder(), "predictions.jsonl");
    const rows = Array.from({ length: 3_000 }, (_, index) => ({
      ...{ id: `q${index}`, video: "a.mp4", status: index % 3 === 0 ? "correct" : "wrong" },
      reply: "line\u2028separator ".repeat(20),
    }));
    const expected = rows.map(({ id, video, status }) => ({
      id,
      video,
      score: status === "correct" ? 1 : 0,
    }));
    const text = rows.map((row) => JSON.stringify(row)).join("\n");
    for (const bytes of [
      Buffer.from(text),
      Buffer.from(`\uFEFF${text}\n\n`),
      Buffer.from(text.replaceAll("\n", "\r")),
      Buffer.from(`\uFEFF${text}`, "utf16le"),
    ]) {
      writeFileSync(file, bytes);
      expect(await scoredOf(file, "predictions")).toEqual(expected);
    }
  });

  test("and scores are refused with the line where they cannot be read", async () => {
    const file = fileOf({ id: "a", score: 3 }, { id: "b", score: null });
    expect(await scoredOf(file, "scores")).toEqual([
      { id: "a", score: 3 },
      { id: "b", score: null },
    ]);
    writeFileSync(file, '{"id":"a","score":3}\n{"id":"b","score":"3"}\n');
    await expect(scoredOf(file, "scores")).rejects.toThrow("predictions.jsonl:2: 'score' is \"3\"");
    await expect(scoredOf(file, "predictions")).rejects.toThrow("'status' is nothing");
  });

  test.each<[object, string]>([
    [
      { id: 7, status: "correct" },
      "predictions.jsonl:2: 'id' is the number 7; it must be the question's id, as text.",
    ],
    [
      { id: "b", status: "right" },
      "'status' is \"right\"; it must be one of correct, wrong, unparsed, filtered, refused, error.",
    ],
    [{ id: "b" }, "'status' is nothing; it must be one of"],
    [{ id: "a", status: "wrong" }, 'the id "a" stands in line 1 as well.'],
  ])("%j is told", async (row, message) => {
    await expect(readSamples(fileOf({ id: "a", status: "correct" }, row))).rejects.toThrow(message);
  });
});

describe("replies that a trainer wrote", () => {
  const good = { id: "a", reply: "B", tokens: 1, truncated: false };
  const read = (...rows: object[]) =>
    readReplies(path.join(folderOf({ "replies.jsonl": rows }), "replies.jsonl"));

  test("are read to the last line", async () => {
    expect(await read(good, { ...good, id: "b" })).toHaveLength(2);
  });

  test.each<[unknown, string]>([
    [{ ...good, id: "b", reply: null }, "replies.jsonl:2: 'reply' is null; it must be a string."],
    [{ ...good, id: "b", truncated: 0 }, "'truncated' is the number 0; it must be a boolean."],
    [null, "replies.jsonl:2: the line is null"],
    [good, 'the id "a" stands in line 1 as well.'],
  ])("%j is told", async (row, message) => {
    await expect(read(good, row as object)).rejects.toThrow(message);
  });
});
