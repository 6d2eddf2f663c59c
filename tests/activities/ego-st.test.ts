import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { benchmarkFile, readBenchmarkRecord } from "../../activities/ego-st/benchmark-record.ts";
import { listItems } from "../../activities/ego-st/list-literal.ts";
import { splitOptions } from "../../activities/ego-st/options.ts";
import { applyPolicy, defectsOf } from "../../activities/ego-st/policy.ts";
import { readAnnotations } from "../../activities/ego-st/read-annotations.ts";
import { reportOf } from "../../activities/ego-st/report.ts";
import { readTrainingRow, type Ingested } from "../../activities/ego-st/training-row.ts";
import { trainingRow, type Asked } from "../support/ego-st.ts";

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
      /lists 1 texts, which read as 2 options/,
    ],
  ])("%j is set aside with the keys that were found", (raw, reason) =>
    expect((readBenchmarkRecord(raw, place) as { doubt: string }).doubt).toMatch(reason),
  );
});

const REAL = new URL("../../../shared/data/ego-st-mcq-63.jsonl", import.meta.url).pathname;
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
