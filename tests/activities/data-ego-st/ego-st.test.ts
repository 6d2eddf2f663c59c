import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { benchmarkFile, readBenchmarkRecord } from "../../../activities/data-ego-st/benchmark-record.ts";
import { listItems } from "../../../activities/data-ego-st/list-literal.ts";
import { splitOptions } from "../../../activities/data-ego-st/options.ts";
import { applyPolicy, defectsOf } from "../../../activities/data-ego-st/policy.ts";
import { readAnnotations } from "../../../activities/data-ego-st/read-annotations.ts";
import { reportOf } from "../../../activities/data-ego-st/report.ts";
import { readTrainingRow, type Ingested } from "../../../activities/data-ego-st/training-row.ts";
import { trainingRow, type Asked } from "../../support/ego-st.ts";
import { temporaryFolder } from "../../support/folders.ts";

function ingest(asked: Asked = {}): Ingested {
  const reading = readTrainingRow(trainingRow(asked), "rows.jsonl", 1);
  if ("doubt" in reading) throw new Error(reading.doubt);
  return reading;
}
const doubtOf = (raw: unknown) => (readTrainingRow(raw, "rows.jsonl", 1) as { doubt?: string }).doubt;
const defects = (asked: Asked) => defectsOf(ingest(asked)).map(({ name }) => name);

describe("options", () => {
  test.each([
    ["A. left, B. right", ["A. left", "B. right"]],
    ["A. turn around., B. go on, then wait", ["A. turn around.", "B. go on, then wait"]],
    ["A. only this", ["A. only this"]],
    ["A. see B. Smith, B. see C", ["A. see B. Smith", "B. see C"]],
  ])("%s", (text, options) => expect(splitOptions(text)).toEqual(options));

  test.each([
    ["left, right", "do not begin with 'A. '"],
    ["A. left, C. right", "letters are A, C"],
    ["A. one, B. two, B. three", "letters are A, B, B"],
    ["A. , B. two", "option A is empty"],
  ])("'%s' leaves a doubt", (text, doubt) =>
    expect(splitOptions(text)).toEqual({ doubt: expect.stringContaining(doubt) }),
  );
});

test("a Python list of strings is read, and nothing else", () => {
  expect(listItems("['a', \"it's b\", 'c\\'s']")).toEqual(["a", "it's b", "c's"]);
  expect(listItems("[]")).toEqual([]);
  for (const text of ["a, b", "['a'", "['a', b]", "[1]"]) expect(listItems(text)).toBeUndefined();
});

describe("a training row", () => {
  test("becomes a question with its opposite, its targets and its source", () => {
    expect(ingest().row).toEqual({
      id: expect.stringMatching(/^direction-forward-[0-9a-f]{12}$/),
      video: "/data/walks/one.mp4",
      split: "train",
      task: "direction",
      way: "forward",
      question: "Take the view of the walker. What directions lead to your destination?",
      options: ["A. left right", "B. right right", "C. straight"],
      answer: "B",
      reference: "right right",
      opposite: { question: "what directions lead back to the starting point?", reference: "left, left" },
      targets: { letter: "B", "reverse-thinking": expect.stringContaining("<answer>B</answer>") },
      source: { file: "rows.jsonl", line: 1 },
    });
    // The same row of another cut of the data keeps its name.
    expect((readTrainingRow(trainingRow(), "other.jsonl", 9) as Ingested).row.id).toBe(ingest().row.id);
  });

  test.each<[string, unknown, RegExp]>([
    ["keys", { problem: "x" }, /expected the keys problem, .*; found problem/],
    ["no object", 7, /expected an object; found the number 7/],
    ["two questions", { ...trainingRow(), original_question: "other" }, /differ/],
    [
      "no options",
      { ...trainingRow(), problem: "What?", original_question: "What?" },
      /is not a question, 'Options:'/,
    ],
    ["another template", { ...trainingRow(), solution: "<answer>B</answer>" }, /not the released template/],
    ["two answers", { ...trainingRow(), original_answer: "C" }, /B in the reasoning, B in its tag, C in/],
    ["an answer that is no option", trainingRow({ answer: "D" }), /the answer D is none of the 3 options/],
    [
      "two ways",
      trainingRow({ thinking: "forward" }),
      /asks about the way forward, the reasoning begins forward/,
    ],
    ["no opposite answer", trainingRow({ pasted: "" }), /gives no answer for the opposite way/],
  ])("is set aside for %s", (_, raw, reason) => expect(doubtOf(raw)).toMatch(reason));
});

const actions = {
  question: "Which landmarks did you pass to reach your destination?",
  opposite: "which actions did you perform to return to the starting point?",
};
const back = {
  question: "Which actions did you perform to return to the starting point?",
  thinking: "forward",
  opposite: "which actions did you perform to reach your destination?",
} as const;

describe("defects", () => {
  test.each<[string, Asked]>([
    ["question-asks-other-family", actions],
    ["reasoning-asks-other-family", { opposite: "which landmarks are on the way to the starting point?" }],
    ["list-literal", { pasted: "['left', 'left']" }],
    ["one-option", { options: "A. left", answer: "A" }],
    ["duplicate-options", { options: "A. left, B. Left., C. right" }],
    [
      "reverse-equals-forward",
      { ...back, options: "A. sit, B. stand walk and sit", pasted: "stand, walk, then sit" },
    ],
    ["missing-space", { question: "Take the view of the walker.What directions lead to your destination?" }],
    ["doubled-sentence", { question: "Look here. Look here. What directions lead to your destination?" }],
  ])("%s", (name, asked) => expect(defects(asked)).toEqual([name]));

  test("a sound row has none; one landmark is the same both ways", () => {
    expect(defects({})).toEqual([]);
    const one = { question: "Which landmarks lead to the starting point?", thinking: "forward" as const };
    expect(
      defects({
        ...one,
        opposite: "which landmarks lead to your destination?",
        options: "A. bed, B. sofa",
        pasted: "sofa",
      }),
    ).toEqual([]);
  });

  test("repair puts right what needs no guess, and leaves out the rest", () => {
    const repaired = applyPolicy(ingest({ ...actions, pasted: "['sit', 'stand']" }), "repair")!;
    expect(repaired.question).toBe("which actions do you perform to reach your destination?");
    expect(repaired.opposite?.reference).toBe("sit, stand");
    expect(repaired.targets["reverse-thinking"]).toBe(
      "<think>First think of the way back: which actions did you perform to return to the starting point? sit, stand. " +
        "Now think of the way there: which actions do you perform to reach your destination? So the answer is B.</think><answer>B</answer>",
    );
    expect(applyPolicy(ingest({ options: "A. left", answer: "A" }), "repair")).toBeUndefined();
    const spelled = applyPolicy(
      ingest({ question: "Look here. Look here.What directions lead to your destination?" }),
      "repair",
    );
    expect(spelled?.question).toBe("Look here. What directions lead to your destination?");
  });

  test("exclude leaves out rows whose sense is wrong, not those that are misspelt", () => {
    expect(applyPolicy(ingest(actions), "exclude")).toBeUndefined();
    const misspelt = ingest({ question: "Look here.What directions lead to your destination?" });
    expect(applyPolicy(misspelt, "exclude")).toEqual(misspelt.row);
    expect(applyPolicy(ingest(actions), "as-released")).toEqual(ingest(actions).row);
  });
});

describe("a benchmark record", () => {
  const file = benchmarkFile("Part4_reverse_mcq_action.json")!;
  const place = { name: "Part4_reverse_mcq_action.json", file, key: "17", answerKey: "answer" };
  const asked = {
    question: "Which actions lead to the starting point?",
    options: ["A. sit", "B: stand"],
    answer: "B. stand",
  };

  test("is read by its file's name", () => {
    expect(file).toEqual({ part: "part4", way: "reverse", task: "action" });
    expect(benchmarkFile("Part1_forward_qa.json")).toEqual({ part: "part1", way: "forward", task: "route" });
    expect(benchmarkFile("questions.json")).toBeUndefined();
    const reading = readBenchmarkRecord({ video: "x/two.mp4", reverse_mcq: asked }, place) as Ingested;
    expect(reading.row).toMatchObject({
      id: "part4-action-reverse-17",
      video: "x/two.mp4",
      options: ["A. sit", "B. stand"],
      answer: "B",
      reference: "stand",
    });
  });

  test("an open question keeps its reference answer", () => {
    const route = { ...place, file: benchmarkFile("Part1_forward_qa.json")! };
    const record = { video: "two.mp4", question: "Describe the way.", forward_answer: "Straight on." };
    expect(readBenchmarkRecord(record, route)).toMatchObject({
      row: { task: "route", answer: null, reference: "Straight on." },
    });
  });

  test.each<[unknown, RegExp]>([
    [{}, /expected the key video; found none/],
    [{ video: "a" }, /expected the key reverse_mcq; found video/],
    [
      { video: "a", reverse_mcq: { ...asked, answer: undefined, gold: "B" } },
      /key 'answer' .* found question, options, answer, gold in/,
    ],
    [
      { video: "a", reverse_mcq: { ...asked, answer: "Because" } },
      /'answer' is "Because", none of the 2 letters/,
    ],
    [
      { video: "a", reverse_mcq: { ...asked, options: ["A. one, B. two"] } },
      /lists 1 text, which reads as 2 options/,
    ],
    [
      { video: "a", reverse_mcq: { ...asked, options: { A: "sit", B: "stand" } } },
      /^'options' in 'reverse_mcq' is an object with the keys A, B; it must be a list$/,
    ],
    [
      { video: "a", reverse_mcq: { ...asked, options: ["A. sit", 2] } },
      /'options' in 'reverse_mcq' holds the number 2; each must be a text/,
    ],
    [
      { video: "a", reverse_mcq: { question: asked.question, opitons: asked.options, answer: "B" } },
      /expected the keys question, options in 'reverse_mcq'; found question, opitons, answer; 'opitons' may be 'options'/,
    ],
    [{ video: 7, reverse_mcq: asked }, /^'video' is the number 7; it must be a text$/],
    [{ video: null, reverse_mcq: asked }, /^'video' is null; it must be a text$/],
    [[asked], /^expected an object; found a list of 1$/],
    [
      { video: "a", reverse_mcq: { ...asked, answer: 1 } },
      /^'answer' is the number 1; it must be the gold letter, as a text$/,
    ],
    [
      { video: "a", reverse_mcq: { ...asked, answer: null } },
      /^'answer' is null; it must be the gold letter/,
    ],
    [{ video: "a", reverse_mcq: { ...asked, answer: ["B"] } }, /^'answer' is a list of 1; it must be/],
    [
      { video: "a", reverse_mcq: { ...asked, answer: "B. sit" } },
      /'answer' is "B. sit", but the option B is "stand"/,
    ],
    [{ video: "a", reverse_mcq: { ...asked, answer: "B: sit" } }, /but the option B is "stand"/],
    [{ video: "a", reverse_mcq: { ...asked, answer: "B.A" } }, /but the option B is "stand"/],
    [{ video: "a", reverse_mcq: { ...asked, answer: "B. stand or sit" } }, /but the option B is "stand"/],
    [
      { video: "a", reverse_mcq: { ...asked, options: ["A. 5", "B. -5"], answer: "B. 5" } },
      /but the option B is "-5"/,
    ],
    [{ video: "a", reverse_mcq: { ...asked, answer: "b" } }, /'answer' is "b", none of the 2 letters/],
  ])("%j is set aside with the keys that were found", (raw, reason) =>
    expect((readBenchmarkRecord(raw, place) as { doubt: string }).doubt).toMatch(reason),
  );
});

test.each(["B", " B ", "B.", "(B)", "B: stand", "B) Stand.", "(B) stand", "B.  stand"])(
  "the gold answer %j is read",
  (answer) => {
    const place = { name: "Part4_reverse_mcq_action.json", key: "1", answerKey: "answer" };
    const record = { question: "Which actions lead back?", options: ["A. sit", "B. stand"], answer };
    const file = benchmarkFile(place.name)!;
    const reading = readBenchmarkRecord({ video: "a.mp4", reverse_mcq: record }, { ...place, file });
    expect(reading).toMatchObject({ row: { answer: "B", reference: "stand", options: record.options } });
  },
);

describe("annotation files", () => {
  function folderOf(files: Record<string, string | Buffer>): string {
    const folder = temporaryFolder();
    for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
    return folder;
  }
  const lines = (...asked: Asked[]) => asked.map((one) => `${JSON.stringify(trainingRow(one))}\n`).join("");
  const reasonsOf = async (files: Record<string, string | Buffer>) =>
    (await readAnnotations(folderOf(files), "answer")).setAside.map(
      ({ line, key, reason }) => `${line ?? key}: ${reason}`,
    );
  const videosOf = async (files: Record<string, string | Buffer>) =>
    (await readAnnotations(folderOf(files), "answer")).ingested.map(({ row }) => row.video);

  test("two videos of one name are two, and the same row of one video stands twice", async () => {
    const files = {
      "t.jsonl": lines({ video: "/p1/one.mp4" }, { video: "/p2/one.mp4" }, { video: "/p1/one.mp4" }),
    };
    expect(await videosOf(files)).toEqual(["p1/one.mp4", "p2/one.mp4"]);
    expect(await reasonsOf(files)).toEqual(["3: the same row stands at t.jsonl:1"]);
  });

  test("of absolute paths what all share is left out; relative ones are kept", async () => {
    expect(
      await videosOf({ "t.jsonl": lines({ video: "/a/b/one.mp4" }, { video: "/a/b/two.mp4" }) }),
    ).toEqual(["one.mp4", "two.mp4"]);
    expect(
      await videosOf({
        "t.jsonl": lines({ video: "/a/b/one.mp4" }),
        "u.jsonl": lines({ video: "/a/bc/one.mp4" }),
      }),
    ).toEqual(["b/one.mp4", "bc/one.mp4"]);
    expect(await videosOf({ "t.jsonl": lines({ video: "part1/one.mp4" }, { video: "one.mp4" }) })).toEqual([
      "part1/one.mp4",
      "one.mp4",
    ]);
    expect(
      await videosOf({
        "t.jsonl": lines({ video: "C:\\walks\\x\\one.mp4" }, { video: "C:\\walks\\y\\one.mp4" }),
      }),
    ).toEqual(["x/one.mp4", "y/one.mp4"]);
  });

  test.each(["../one.mp4", "/a/../one.mp4", "C:\\walks\\..\\one.mp4"])(
    "a video at %s, which leads out of its folder, is set aside",
    async (video) => {
      expect(await reasonsOf({ "t.jsonl": lines({ video }, { video: "a..b/..one.mp4" }) })).toEqual([
        expect.stringMatching(/^1: 'video' is .*\.\..*; it must be a path .* without '\.\.'/) as string,
      ]);
    },
  );

  test("a line that cannot be read is set aside with what it is", async () => {
    const { video: _, ...without } = trainingRow();
    const bytes = Buffer.concat([
      Buffer.from(`\uFEFF${lines({})}no json\n7\n`),
      Buffer.from(lines({ video: "été.mp4" }), "latin1"),
      Buffer.from(`${JSON.stringify({ ...without, vidoe: "a.mp4" })}\n`),
      Buffer.from(`${JSON.stringify({ ...trainingRow(), video: null, solution: 3 })}\n`),
      Buffer.from(lines({ video: "b.mp4" }).replace('"video"', '"video":"a.mp4","video"')),
      Buffer.from(lines({ question: "See <|video_pad|>. What directions lead to your destination?" })),
    ]);
    expect(await reasonsOf({ "t.jsonl": bytes })).toEqual([
      "2: the line is not JSON: Unexpected token 'o', \"no json\"",
      "3: the line is the number 7; it must be one JSON object",
      expect.stringMatching(/^4: the line is not UTF-8: byte 0xE9 at column \d+, as Latin-1/),
      "5: expected the keys problem, solution, video, original_question, original_answer; found problem, solution, original_question, original_answer, vidoe; 'vidoe' may be 'video'",
      "6: 'solution' is the number 3; it must be a text; 'video' is null; it must be a text",
      expect.stringMatching(/^7: the key 'video' stands twice in one object/),
      expect.stringMatching(/^8: 'question' holds "<\|video_pad\|>", a mark of the chat template/),
    ]);
  });

  const part = "Part1_forward_qa.json";
  const record = { video: "a.mp4", question: "Describe the way.", forward_answer: "Straight on." };
  test.each<[string, Record<string, string | Buffer>, RegExp]>([
    ["a list of rows", { "t.jsonl": JSON.stringify([trainingRow()]) }, /^t.jsonl: it is one JSON list/],
    ["a list of records", { [part]: JSON.stringify([record]) }, /is not one JSON object keyed by sample/],
    [
      "no JSON",
      { [part]: '{"1": {"video": NaN}}' },
      /'Part1_forward_qa.json' is not JSON: Unexpected token 'N'/,
    ],
    [
      "Latin-1",
      { [part]: Buffer.from('{\n"1": "é"}', "latin1") },
      /^Part1_forward_qa.json:2: the line is not UTF-8/,
    ],
    [
      "a key that stands twice",
      { [part]: `{\n"1": ${JSON.stringify(record)},\n"1": ${JSON.stringify(record)}}` },
      /^Part1_forward_qa.json:3: the key '1' stands twice/,
    ],
    ["something packed", { "t.jsonl": Buffer.from([0x1f, 0x8b, 8]) }, /packed with gzip/],
  ])("%s is refused as a whole", async (_, files, message) => {
    await expect(readAnnotations(folderOf(files), "answer")).rejects.toThrow(message);
  });

  test("UTF-16 with its mark is read", async () => {
    const bytes = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
    const files = { [part]: bytes(JSON.stringify({ 1: record })), "t.jsonl": bytes(lines({})) };
    expect(await videosOf(files)).toEqual(["a.mp4", "one.mp4"]);
  });
});

test("a report on rows without options divides by nothing", () => {
  const bare = { ...ingest(), row: { ...ingest().row, options: [] } };
  expect(reportOf([bare], [], [], "as-released")).toMatchObject({ chance: 0, majority: 1 });
});

const REAL = new URL("../../../../shared/data/ego-st-mcq-63.jsonl", import.meta.url).pathname;
const here = existsSync(REAL);
if (!here) console.warn("SKIPPED: the released rows are not on this machine");

test.skipIf(!here)("the 63 released rows are all accounted for", async () => {
  const { ingested, setAside } = await readAnnotations(REAL, "answer");
  const report = reportOf(ingested, setAside, [], "as-released");
  expect(readFileSync(REAL, "utf8").trim().split("\n")).toHaveLength(report.parsed + report.set_aside.length);
  const { rows, parsed, set_aside, videos, options, gold, tasks } = report;
  expect({ rows, parsed, set_aside, videos, options, gold, tasks }).toEqual({
    rows: 63,
    parsed: 63,
    set_aside: [],
    videos: 56,
    options: { 3: 11, 4: 52 },
    gold: { A: 23, B: 19, C: 11, D: 10 },
    tasks: {
      "action/forward": 9,
      "action/reverse": 6,
      "direction/forward": 15,
      "direction/reverse": 14,
      "landmark/forward": 11,
      "landmark/reverse": 8,
    },
  });
  expect(Object.fromEntries(report.defects.map((defect) => [defect.name, defect.rows]))).toEqual({
    "question-asks-other-family": 9,
    "reasoning-asks-other-family": 15,
    "list-literal": 35,
    "one-option": 0,
    "duplicate-options": 0,
    "reverse-equals-forward": 3,
    "missing-space": 23,
    "doubled-sentence": 0,
  });
});
