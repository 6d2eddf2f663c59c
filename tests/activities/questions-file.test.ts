import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readQuestions } from "../../activities/questions-file.ts";
import { splitDataset } from "../../activities/split/index.ts";
import { temporaryFolder } from "../support/folders.ts";

const row = (id: string, video: string) => ({
  ...{ id, video, split: "train", task: "direction", way: "forward", question: "Which way?" },
  ...{ options: ["A. left", "B. right"], answer: "A", targets: {} },
});

function dataset(...rows: object[]): string {
  const folder = path.join(temporaryFolder(), "data");
  mkdirSync(folder);
  writeFileSync(
    path.join(folder, "questions.jsonl"),
    rows.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  return folder;
}

test("rows are read, and a wrong one is told with its line", async () => {
  await expect(readQuestions(dataset(row("a", "1.mp4"), row("b", "1.mp4")))).resolves.toHaveLength(2);
  const wrong = { ...row("b", "2.mp4"), options: ["left"] };
  await expect(readQuestions(dataset(row("a", "1.mp4"), wrong))).rejects.toThrow(
    "questions.jsonl:2: 'options.0' is \"left\"; ",
  );
  await expect(readQuestions(dataset())).resolves.toEqual([]);
});

test("an id that is taken is told with both lines", async () => {
  const folder = dataset(row("a", "1.mp4"), row("b", "2.mp4"), row("a", "3.mp4"));
  await expect(readQuestions(folder)).rejects.toThrow(
    "questions.jsonl:3: the id 'a' stands in line 1 as well.",
  );
});

test("a split refuses one id of two rows, in training and in evaluation", async () => {
  const context = {
    inputs: { training: dataset(row("a", "1.mp4")), evaluation: dataset(row("a", "2.mp4")) },
    outputs: { dataset: temporaryFolder() },
    step: { params: { overlap: "refuse", rows: 0, seed: 0, evaluation_share: 0.2 } },
  };
  await expect(splitDataset(context as never)).rejects.toThrow("The id 'a' stands in both datasets");
});
