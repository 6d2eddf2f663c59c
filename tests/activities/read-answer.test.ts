import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { letterOf, readAnswer } from "../../activities/evaluate/read-answer.ts";

const table = JSON.parse(readFileSync(new URL("../tables/letters.json", import.meta.url), "utf8")) as {
  options: string[];
  cases: [string, string | null][];
};

test.each(table.cases)("the short text %j stands for %j", (text, letter) =>
  expect(letterOf(text, table.options)).toBe(letter),
);

const OPTIONS = ["A. turn left", "B. turn right", "C. go straight", "D. turn around"];

/** Replies as models really give them. */
const REPLIES: [string, string | null][] = [
  // A tag outside the thinking decides.
  ["<answer>A</answer>", "A"],
  ["<answer>\nB\n</answer>", "B"],
  ["<answer>(C)</answer>", "C"],
  ["<answer>D.</answer>", "D"],
  ["<answer>**B**</answer>", "B"],
  ["<answer>Option B</answer>", "B"],
  ["<answer>B. turn right</answer>", "B"],
  ["<answer>Turn right</answer>", "B"],
  ["<think>forward: left</think><answer>D</answer>", "D"],
  ["<think>forward: left</think> <answer>D</answer>\n", "D"],
  ["<think>a\nb\nc</think>\n\n<answer>A</answer>", "A"],
  ["<think>1 < 2</think><answer>A</answer>", "A"],
  ["The walker turns. <answer>C</answer>", "C"],
  ["<answer>C</answer> because it is straight", "C"],
  ["Sure! <answer>B</answer> Hope it helps.", "B"],
  ["<answer>B</answer> <answer>B</answer>", "B"],
  ["forward: left</think><answer>B</answer>", "B"],
  ["<think>I would say <answer>A</answer></think><answer>B</answer>", "B"],
  ["<think>x</think><think>y</think><answer>C</answer>", "C"],
  ["<answer>A</answer><answer>B</answer>", null],
  ["<answer>A or B</answer>", null],
  ["<answer>A or B or C or D</answer>", null],
  ["<answer>Because it turns</answer>", null],
  ["<answer>E</answer>", null],
  ["<answer>a</answer>", null],
  ["<answer></answer>", null],
  ["<answer>B. turn left</answer>", null],
  ["<answer>none of them</answer>", null],
  ["<answer>B", null],
  ["B</answer>", null],
  ["<answer>AB</answer>", null],
  ["<think>it turns left, so <answer>A</answer>", null],
  ["<think>Based on the video, the walker", null],
  ["<think>B</think>", null],
  // The whole reply is a choice.
  ["B", "B"],
  ["B.", "B"],
  ["(B)", "B"],
  ["B:", "B"],
  [" D\n", "D"],
  ["**C**", "C"],
  ["Option A", "A"],
  ["B. turn right", "B"],
  ["B) Turn right.", "B"],
  ["(D) turn around", "D"],
  ["Turn around.", "D"],
  ["go straight", "C"],
  ["<think>left</think>B", "B"],
  ["<think>left</think>\n\nC. go straight", "C"],
  ["b", null],
  ["E", null],
  ["AB", null],
  ["A, B", null],
  ["A and C", null],
  ["B. turn left", null],
  ["turn", null],
  ["", null],
  ["   ", null],
  ["I", null],
  // The last words state it.
  ["Answer: C", "C"],
  ["answer: C", "C"],
  ["Answer is C", "C"],
  ["The answer is C.", "C"],
  ["The answer is: C", "C"],
  ["The answer is (C).", "C"],
  ["The correct answer is B.", "B"],
  ["The correct answer is **B**.", "B"],
  ["The correct option is D", "D"],
  ["My choice: A", "A"],
  ["Final answer: D", "D"],
  ["The answer is option B.", "B"],
  ["The correct answer is B. turn right", "B"],
  ["The correct answer is (B) Turn right.", "B"],
  ["Based on the video, the answer is D.", "D"],
  ["The walker passes a table.\nThen a door.\nAnswer: A", "A"],
  ["Answer: C\n", "C"],
  ["The answer is A. No, the answer is B.", null],
  ["The answer is A or B.", null],
  ["The answer is not A.", null],
  ["The answer is A, because it turns.", null],
  ["The correct answer is B. turn left", null],
  ["The answer is a.", null],
  ["The answer is E.", null],
  ["The answer is unclear.", null],
  // What the released code guesses at.
  ["Based on the video, D", null],
  ["Certainly! D", null],
  ["Direction B", null],
  ["Because the walker turns", null],
  ["Do you mean A?", null],
  ["A walker turns left", null],
  ["I think it is B", null],
  ["C\n\nExplanation: it is straight", null],
  ["Cannot tell", null],
  ["Options A and B are both right", null],
  ["option A and option B", null],
  ["As an AI model, I cannot watch videos.", null],
];

describe("a reply", () => {
  test("has a table of at least 80", () => {
    expect(REPLIES.length).toBeGreaterThanOrEqual(80);
    expect(new Set(REPLIES.map(([reply]) => reply)).size).toBe(REPLIES.length);
  });

  test.each(REPLIES)("%j gives %j", (reply, letter) => expect(readAnswer(reply, OPTIONS)).toBe(letter));

  test("is read by the question's own options", () => {
    expect(readAnswer("D", OPTIONS.slice(0, 3))).toBeNull();
    expect(readAnswer("<answer>C</answer>", OPTIONS.slice(0, 2))).toBeNull();
    expect(readAnswer("turn left", ["A. turn left", "B. Turn left."])).toBeNull();
  });
});
