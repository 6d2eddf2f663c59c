import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readAnswer, readReply } from "../../../data/reading/read-answer.ts";
import { RULES } from "../../../data/reading/rules.ts";
import { cpuTime } from "../../support/spent.ts";

interface Group {
  about: string;
  options: string[];
  /** Reply, letter, rule. The trainer's tests read them as well. */
  replies: [reply: string, letter: string | null, rule: string | null][];
}

const groups = JSON.parse(
  readFileSync(new URL("../../tables/replies.json", import.meta.url), "utf8"),
) as Group[];

describe.each(groups)("a reply, $about, options $options", ({ options, replies }) => {
  test.each(replies)("%j gives %j by %j", (reply, letter, rule) => {
    expect(readReply(reply, options)).toEqual({ letter, rule });
  });
});

const completions = JSON.parse(
  readFileSync(new URL("../../tables/completions.json", import.meta.url), "utf8"),
) as { about: string; options: string[]; completions: [text: string, accuracy: number, format: number][] }[];

test.each(completions)("what is rewarded is read as rewarded: $about", ({ options, completions: rows }) => {
  const rewarded = rows.map(([text]) => {
    const { letter, rule } = readReply(text, options);
    return [text, rule === "tag" && letter === "B" ? 1 : 0];
  });
  expect(rewarded).toEqual(rows.map(([text, accuracy]) => [text, accuracy]));
});

test("the table is long, has every rule, and no reply twice", () => {
  const keys = groups.flatMap(({ options, replies }) =>
    replies.map(([reply]) => `${options.join()} ${reply}`),
  );
  expect(keys.length).toBeGreaterThan(1000);
  expect(new Set(keys).size).toBe(keys.length);
  const used = new Set(groups.flatMap(({ replies }) => replies.map(([, , rule]) => rule)));
  expect([...used].filter((rule) => rule !== null).sort()).toEqual([...RULES].sort());
});

test("a reply is read by the question's own options", () => {
  const options = ["A. turn left", "B. turn right", "C. go straight", "D. turn around"];
  expect(readAnswer("D", options)).toBe("D");
  expect(readAnswer("D", options.slice(0, 3))).toBeNull();
  expect(readAnswer("<answer>C</answer>", options.slice(0, 2))).toBeNull();
  expect(readAnswer("B", ["A: left", "B: right"])).toBe("B");
  expect(readAnswer("B", [])).toBeNull();
});

// What a model writes that repeats itself until it is cut; each took seconds or minutes with patterns that go back.
test.each([
  ["a sentence", "The answer is B. ".repeat(5000), "B"],
  ["a line", "A. turn left\n".repeat(5000), "A"],
  ["a phrase", "the answer to the ".repeat(5000), null],
  ["a preposition", `${"in the ".repeat(10_000)}the answer is B.`, null],
  ["a denial", `${"don't ".repeat(20_000)}the answer is B`, null],
  ["a box", "\\boxed{".repeat(10_000), null],
  ["a tag", "<answer>B</answer>".repeat(5000), "B"],
  ["an open tag", "<answer ".repeat(20_000), null],
  ["thinking", "<think>".repeat(20_000), null],
  ["stars", "*".repeat(100_000), null],
  ["quotes", '"'.repeat(100_000), null],
  ["stops", ".".repeat(100_000), null],
  ["blanks", `B${" ".repeat(100_000)}C`, null],
  ["line breaks", "x\n".repeat(20_000), null],
  ["Chinese", "答案是".repeat(20_000), null],
])("a reply that repeats %s is read in a moment", (_, reply, letter) => {
  const spent = cpuTime();
  expect(readAnswer(reply, ["A. turn left", "B. turn right"])).toBe(letter);
  expect(spent()).toBeLessThan(3000);
});
