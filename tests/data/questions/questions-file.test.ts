import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readQuestions } from "../../../data/questions/questions-file.ts";
import { perform as splitDataset } from "../../../activities/data-split/perform.ts";
import { temporaryFolder } from "../../support/folders.ts";

const row = (id: string, video: string) => ({
  ...{ id, video, split: "train", task: "direction", way: "forward", question: "Which way?" },
  ...{ options: ["A. left", "B. right"], answer: "A", targets: {} },
});
const one = row("a", "1.mp4");
const lineOf = (value: object) => `${JSON.stringify(value)}\n`;

function fileOf(content: string | Buffer): string {
  const folder = path.join(temporaryFolder(), "data");
  mkdirSync(folder);
  writeFileSync(path.join(folder, "questions.jsonl"), content);
  return folder;
}
const dataset = (...rows: object[]): string => fileOf(rows.map(lineOf).join(""));

/** What is said of a file, without where to read more. */
async function told(content: string | Buffer): Promise<string> {
  const error: unknown = await readQuestions(fileOf(content)).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "data" });
  return (error as Error).message.replace(/\s+See docs\/datasets\.md\.$/, "");
}

test("rows are read, and a wrong one is told with its line", async () => {
  await expect(readQuestions(dataset(one, row("b", "1.mp4")))).resolves.toHaveLength(2);
  await expect(readQuestions(dataset(one, { ...row("b", "2.mp4"), options: ["left"] }))).rejects.toThrow(
    "questions.jsonl:2: 'options.0' is \"left\"; ",
  );
});

test("a row of text alone is read as it is", async () => {
  const text = { id: "a", split: "train", task: "why", question: "Why?", targets: { short: "So." } };
  await expect(readQuestions(dataset(text))).resolves.toEqual([text]);
});

test("what a row may leave out is told where a step needs it, with all lines that lack it", async () => {
  const text = (id: string) => ({ ...row(id, "1.mp4"), video: undefined });
  const folder = dataset(one, text("b"), { ...text("c"), way: undefined, vdeo: "1.mp4" });
  await expect(readQuestions(dataset(one, text("b")))).resolves.toHaveLength(2);
  const said = await readQuestions(folder, ["video", "way"]).catch((error: Error) => error.message);
  expect(said).toMatch(/^questions\.jsonl:2: the key 'video' is missing\.$/m);
  expect(said).toMatch(/^questions\.jsonl:3: 'vdeo' is not a key of a row\. Did you mean 'video'\?$/m);
  expect(said).toMatch(/^questions\.jsonl:3: the key 'way' is missing\.$/m);
  await expect(readQuestions(dataset({ ...one, video: null }), ["video"])).rejects.toThrow(
    "'video' is null; it must be a text.",
  );
});

test("an id that is taken is told with both lines", async () => {
  const folder = dataset(one, row("b", "2.mp4"), row("a", "3.mp4"));
  await expect(readQuestions(folder)).rejects.toThrow(
    "questions.jsonl:3: the id 'a' stands in line 1 as well.",
  );
});

describe("the text of a file", () => {
  const text = lineOf({ ...one, question: "Où aller, 走?\u2028 😀" }) + lineOf(row("b", "2.mp4"));
  const utf16 = (value: string, mark: number[], swap = false) => {
    const bytes = Buffer.from(value, "utf16le");
    return Buffer.concat([Buffer.from(mark), swap ? bytes.swap16() : bytes]);
  };
  test.each<[string, string | Buffer]>([
    ["UTF-8", text],
    ["UTF-8 with a byte order mark", `\uFEFF${text}`],
    ["two files of UTF-8 with their marks", text.replace("\n", "\n\uFEFF")],
    ["UTF-16, little end first", utf16(text, [0xff, 0xfe])],
    ["UTF-16, big end first", utf16(text, [0xfe, 0xff], true)],
    ["ended by CR LF", text.replaceAll("\n", "\r\n")],
    ["ended by CR", text.replaceAll("\n", "\r")],
    ["without a last line end", text.trimEnd()],
    ["with blank lines", `\n${text.replace("\n", "\n  \n\n")}\n`],
  ])("%s is read", async (_, content) => {
    const rows = await readQuestions(fileOf(content));
    expect(rows.map(({ question }) => question)).toEqual(["Où aller, 走?\u2028 😀", "Which way?"]);
  });

  const latin = Buffer.from(lineOf(one) + lineOf({ ...row("b", "2.mp4"), question: "Où?" }), "latin1");
  test.each<[string, string | Buffer, string]>([
    ["Latin-1", latin, "questions.jsonl:2: the line is not UTF-8: byte 0xF9 at column "],
    [
      "UTF-16 without a mark",
      utf16(text, []),
      "questions.jsonl: it looks like UTF-16 without a byte order mark",
    ],
    [
      "UTF-16 that is cut",
      utf16(text, [0xff, 0xfe]).subarray(0, 41),
      "it begins as UTF-16, but is no valid UTF-16",
    ],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), "it is UTF-32"],
    ["gzip", Buffer.from([0x1f, 0x8b, 8, 0]), "it is packed with gzip"],
    [
      "a pointer",
      "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
      "it is a Git LFS pointer",
    ],
    ["a list in a line", JSON.stringify([one]), "it is one JSON list; it must have one JSON object a line."],
    ["a list in lines", JSON.stringify([one], null, 1), "it is one JSON list"],
    ["an object in lines", JSON.stringify(one, null, 1), "it has an object over several lines"],
    ["CSV", "id,video\na,1.mp4\n", "questions.jsonl:1: the line is not JSON: Unexpected token 'i'"],
    ["cut", lineOf(one).slice(0, 70), "questions.jsonl:1: the line is not JSON: it is cut at column 71."],
    ["two rows in a line", lineOf(one).trim() + lineOf(one), "non-whitespace character at column "],
    ["Python's NaN", lineOf(one).replace('"A"', "NaN"), "the line is not JSON: Unexpected token 'N'"],
    ["a raw line end in a text", lineOf(one).replace("Which", "Wh\tich"), "Bad control character"],
    ["empty", "", "questions.jsonl: it has no row."],
    ["a mark and blank lines", "\uFEFF\n  \n\n", "questions.jsonl: it has no row."],
    ["a number", "7\n", "the line is the number 7; it must be one JSON object."],
    ["null", "null\n", "the line is null; it must be one JSON object."],
  ])("%s is told as what it is", async (_, content, message) =>
    expect(await told(content)).toContain(message),
  );
});

describe("a row is checked whole", () => {
  const change = (more: object) => lineOf({ ...one, ...more });
  const letters = Array.from({ length: 27 }, (_, index) => `${String.fromCharCode(65 + (index % 26))}. x`);
  test.each<[object, string]>([
    [{ options: [] }, "'answer' is \"A\", but 'options' is empty: a gold letter needs its option."],
    [{ answer: "E" }, "'answer' is \"E\", which is none of the letters of 'options': A, B."],
    [
      { options: ["A. left", "A. right"] },
      'the letter A stands before two of the \'options\': "A. left" and "A. right".',
    ],
    [{ options: letters }, "'options' is a list of 27; there are letters for 26."],
    [{ options: ["A. left", "B.  "] }, "the option B of 'options' has no text."],
    [{ options: ["A. left", "B. \u200b"] }, "the option B of 'options' has no text."],
    [{ options: { A: "left", B: "right" } }, "'options' is an object with the keys A, B; it must be a list"],
    [{ options: { A: "left", B: "right" } }, 'Write ["A. left", "B. right"].'],
    [{ options: "A. left, B. right" }, "'options' is \"A. left, B. right\"; it must be a list"],
    [{ options: null }, "'options' is null; it must be a list"],
    [{ options: [1, 2] }, "'options.0' is the number 1; it must be a text"],
    [{ options: ["A. left", null] }, "'options.1' is null; it must be a text"],
    [
      { options: ["(A) left", "(B) right"] },
      '\'options.0\' is "(A) left"; it must be a text that begins with its letter, a full stop and a space. Write "A. left".',
    ],
    [{ options: [" A. left", "B. right"] }, 'Write "A. left".'],
    [{ options: ["a. left", "b. right"] }, 'Write "A. left".'],
    [{ answer: 1 }, "'answer' is the number 1; it must be one capital letter as text"],
    [
      { answer: "a" },
      '\'answer\' is "a"; it must be one capital letter as text, or null for a row that is not scored by letter. Write "A".',
    ],
    [{ answer: "A " }, 'Write "A".'],
    [{ answer: "(A)" }, 'Write "A".'],
    [{ answer: "B. right" }, "Write the letter alone."],
    [{ answer: "Right" }, 'It is the text of an option: write "B".'],
    [{ answer: ["A"] }, "'answer' is a list of 1;"],
    [{ answer: "" }, "'answer' is \"\";"],
    [{ answr: "A", answer: undefined }, "'answr' is not a key of a row. Did you mean 'answer'?"],
    [
      { choices: ["A. left"], options: undefined },
      "'choices' is not a key of a row. Did you mean 'options'?",
    ],
    [{ note: 1 }, "'note' is not a key of a row. Known keys: id, video, split"],
    [
      { opposite: { question: "And back?", refrence: "Right." } },
      "'refrence' is not a key of 'opposite'. Did you mean 'reference'?",
    ],
    [{ task: undefined }, "the key 'task' is missing."],
    [{ options: undefined }, "the key 'options' is missing."],
    [
      { options: undefined, choices: ["A. left", "B. right"] },
      "'choices' is not a key of a row. Did you mean 'options'?",
    ],
    [{ way: "Forward" }, "'way' is \"Forward\"; it must be one of forward, reverse. Did you mean 'forward'?"],
    [{ id: 7 }, "'id' is the number 7; it must be a text. Write \"7\"."],
    [{ id: null }, "'id' is null; it must be a text."],
    [{ id: "" }, "'id' is an empty text."],
    [{ reference: null }, "'reference' is null; leave the key out where there is nothing to say."],
    [{ targets: { letter: null } }, "'targets.letter' is null; it must be a text."],
    [{ split: "train " }, "'split' is \"train \", with white space at an end: remove it."],
    [{ video: "../out.mp4" }, "'video' is \"../out.mp4\"; it must be a path from the dataset's folder, "],
    [{ video: "b/../../x.mp4" }, "'video' is \"b/../../x.mp4\"; it must be a path from the dataset's folder"],
    [{ video: ".." }, "'video' is \"..\"; it must be a path from the dataset's folder"],
    [{ video: "a\u0000.mp4" }, "'video' holds the control character U+0000."],
    [
      { question: "Solve \boxed." },
      "'question' holds the control character U+0008. In JSON \\b is that; a backslash is written \\\\.",
    ],
    [{ question: "  " }, "'question' is \"  \", which is blank."],
    [{ question: "\u00a0\u200b\ufeff" }, ", which is blank."],
    [{ reference: "" }, "'reference' is an empty text."],
    [{ question: "See <|image_pad|>." }, "'question' holds \"<|image_pad|>\", a mark of the chat template"],
    [{ options: ["A. <|im_end|>", "B. x"] }, "'options.0' holds \"<|im_end|>\""],
    [{ targets: { letter: "A<|im_end|>" } }, "'targets.letter' holds \"<|im_end|>\""],
    [{ reference: "right" }, "'answer' is \"A\", but 'reference' is the text of B: \"right\"."],
    [{ targets: { letter: "B" } }, "'answer' is \"A\", but 'targets.letter' answers B."],
    [{ targets: { thought: "<think>x</think><answer>B</answer>" } }, "but 'targets.thought' answers B."],
    [{ targets: { text: "<think>x</think>\n<answer>B. right</answer>" } }, "but 'targets.text' answers B."],
    [{ targets: { text: "<answer>Right.</answer>" } }, "but 'targets.text' answers B."],
    [{ targets: { text: "<answer>b</answer>" } }, "but 'targets.text' answers B."],
    [{ targets: { text: "<answer>E</answer>" } }, "but 'targets.text' answers E."],
    [
      { targets: { text: "<answer>A. right</answer>" } },
      "the answer tag of 'targets.text' has a letter with another option's text.",
    ],
  ])("%j", async (more, message) => {
    const said = await told(change(more));
    expect(said).toContain(message);
    // Each cause once.
    expect(said.split("\n")).toHaveLength(1);
  });

  test("half a character, and a key that stands twice", async () => {
    expect(await told(lineOf(one).replace("Which", String.raw`\ud83d Which`))).toContain(
      "'question' holds half a character",
    );
    expect(await told(lineOf(one).replace('"answer":"A"', '"answer":"B","answer":"A"'))).toContain(
      "the key 'answer' stands twice in one object, again at column ",
    );
    expect(await told(lineOf(one).replace('"answer":"A"', '"answer":"B","answ\\u0065r":"A"'))).toContain(
      "the key 'answer' stands twice",
    );
  });

  test.each([
    { options: ["B. left", "A. right"] },
    { options: ["A: left", "C: right"] },
    { options: [], answer: null, reference: "Left." },
    { answer: null },
    { reference: "Left." },
    { reference: "The left one, behind the door." },
    { options: ["A. left", "B. left"], reference: "left" },
    { options: ["A. 5", "B. -5"], reference: "5" },
    { question: "What does <image> or <b>this</b> mean?\n\tAnd \\boxed?" },
    { targets: { letter: "<answer>A</answer>", boxes: "<|box_start|>(1,2)<|box_end|>", text: "B or A" } },
    { targets: { letter: "<think><answer>B</answer>?</think><answer>A. left</answer>", text: "right" } },
    { question: '{"answer": 1, "answer": 2}' },
  ])("%j is read", async (more) => {
    await expect(readQuestions(fileOf(change(more)))).resolves.toMatchObject([more]);
  });

  test("several faults are told at once, each cause once, with its lines", async () => {
    const rows = Array.from({ length: 20 }, (_, index) => ({
      ...row(`q${index}`, "1.mp4"),
      ...(index % 2 === 0 ? { answer: "a", note: 1 } : { answer: "E" }),
    }));
    expect(await told(`${rows.map(lineOf).join("")}no json\n`)).toBe(
      [
        "questions.jsonl:1: 'note' is not a key of a row. Known keys: id, video, split, task, way, part, question, options, answer, reference, opposite, targets, source. Also in lines 3, 5, 7, 9, 11 and 4 more.",
        'questions.jsonl:1: \'answer\' is "a"; it must be one capital letter as text, or null for a row that is not scored by letter. Write "A". Also in lines 3, 5, 7, 9, 11 and 4 more.',
        "questions.jsonl:2: 'answer' is \"E\", which is none of the letters of 'options': A, B. Also in lines 4, 6, 8, 10, 12 and 4 more.",
        "questions.jsonl:21: the line is not JSON: Unexpected token 'o', \"no json\".",
      ].join("\n"),
    );
  });

  test("long and deep lines are told shortly", async () => {
    const said = await told(
      change({ question: "x".repeat(2_000_000), answer: "y".repeat(2_000_000) }) +
        `{"id": ${"[".repeat(100_000)}${"]".repeat(100_000)}}\n` +
        `{"id": "${String.raw`\"`.repeat(500_000)}"}\n`,
    );
    expect(said).toContain("questions.jsonl:2: 'id' is a list of 1; it must be a text.");
    expect(said.length).toBeLessThan(2_000);
  });
});

test("a split refuses one id of two rows, in training and in evaluation", async () => {
  const context = {
    inputs: { training: dataset(one), evaluation: dataset(row("a", "2.mp4")) },
    outputs: { dataset: temporaryFolder() },
    step: { params: { overlap: "refuse", rows: 0, seed: 0, evaluation_share: 0.2 } },
  };
  await expect(splitDataset(context as never)).rejects.toThrow("The id 'a' stands in both datasets");
});
