import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readReply } from "../../../data/reading/read-answer.ts";
import { Choices } from "../../../data/reading/choices.ts";
import { sharedRules } from "../../../data/reading/shared-rules.ts";
import { outsideThinking } from "../../../data/reading/tags.ts";
import { packageRoot } from "../../../core/package-root.ts";
import { PYTHON_ENVIRONMENT, requireTool } from "../../../host/toolchain.ts";

const REPLIES = 12_000;

const OPTIONS = [
  ["A. turn left", "B. turn right", "C. go straight", "D. turn around"],
  ["A. 5", "B. -5", "C. +5", "D. 5%", "E. 5°"],
  ["A. C", "B. C++", "C. c", "D. C#"],
  ["A. caf\u00e9", "B. cafe\u0301", "C. CAFE", "D. cafe"],
  ["A. 👍", "B. 👎🏽", "C. ❤️", "D. 𝐗"],
  ["A. x < y", "B. x > y", "C. x=y"],
  ["A. 左转", "B. 右转", "C. Ｂ", "D. İstanbul ΣΑΣ"],
  ["A: B", "B: A", "C: both A and B"],
  ['A. it\'s 1.5 m, or "so"', "B. its 15 m", "C. [1, 5]", "D. (1,5)"],
];

const AROUND = [
  "",
  "",
  "**",
  "`",
  "$",
  "_",
  '"',
  "'",
  "(",
  "[",
  "{",
  "“",
  "（",
  "【",
  "\\boxed{",
  "\\text{",
  "<b>",
  "<",
];
const CLOSE: Record<string, string> = {
  ...{ "(": ")", "[": "]", "{": "}", "“": "”", "（": "）", "【": "】", "<": ">" },
  ...{ "\\boxed{": "}", "\\text{": "}", "<b>": "</b>" },
};
const BETWEEN = [". ", ": ", ") ", " - ", "-", " – ", ", ", "、", "：", " ", "", "\n", "."];
const WORDS = [
  ...[
    "The answer is ",
    "I don't think ",
    "Option ",
    "option ",
    "选项",
    "答案是",
    "Not ",
    " or ",
    " because it turns",
    "?",
  ],
  ...[
    "!",
    ".",
    "。",
    "\r\n",
    "\u00a0",
    "\ufeff",
    "\u2028",
    "\u200b",
    "→ ",
    "- ",
    "✅ ",
    " (",
    ")",
    "1.",
    "…",
    "~~",
    "<|im_end|>",
  ],
  ...["Wait, ", "between <answer> and </answer>", "<answer>X</answer>", "x", "\ud800"],
];
const TAGS = [
  ...["<answer>", "</answer>", "<Answer>", "</ANSWER>", "< answer >", "<answer id='1'>", "<final_answer>"],
  ...["<think>", "</think>", "<Thinking>", "</thinking>", "＜answer＞", "<answer", "</think"],
  ...["◁think▷", "◁/think▷", "<seed:think>"],
];

const texts = fc.constantFrom(...OPTIONS).chain((options) => {
  const letter = fc.constantFrom(...options.map((option) => option[0]!), "e", "b", "ｂ", "Ｂ", "Z");
  const text = fc.constantFrom(
    ...options.map((option) => option.slice(3)),
    ...options.map((option) => option.slice(3).toUpperCase()),
    ...options.map((option) => option.slice(3).normalize("NFD")),
  );
  const choice = fc
    .tuple(
      fc.oneof(
        letter,
        text,
        fc.tuple(letter, fc.constantFrom(...BETWEEN), fc.oneof(text, letter)).map((all) => all.join("")),
      ),
      fc.constantFrom(...AROUND),
      fc.constantFrom("", "", ".", "!", "。", "?"),
    )
    .map(([said, open, stop]) => `${open}${said}${CLOSE[open] ?? open}${stop}`);
  const other = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: "binary", maxLength: 4 }));
  const piece = fc.oneof(
    { weight: 4, arbitrary: choice },
    { weight: 2, arbitrary: other },
    { weight: 2, arbitrary: fc.constantFrom(...TAGS) },
    { weight: 3, arbitrary: choice.map((said) => `<answer>${said}</answer>`) },
    { weight: 1, arbitrary: choice.map((said) => `<think>${said}</think>`) },
  );
  const pieces = fc.oneof(
    choice.map((said) => [said]),
    fc.array(piece, { minLength: 1, maxLength: 5 }),
  );
  return pieces.map((all) => ({ options, text: all.join("") }));
});

test("the rules have nothing that the two languages understand in different ways", () => {
  const rules = readFileSync(
    path.join(packageRoot, "trainer", "reprise_trainer", "data", "reading.json"),
    "utf8",
  );
  // Classes and borders hang on flags and on Unicode's version, $ on a last line break; names of groups differ.
  expect(rules).not.toMatch(/(?<!\\)\\\\[wWdDbBpPAZ]/);
  expect(rules).not.toMatch(/\(\?P?<[a-z]/);
  expect(rules.replaceAll(String.raw`\\$`, "").replaceAll(/\[[^\]]*\]/g, "")).not.toContain("$");
});

test("engine and trainers read the same thinking, the same choices and the same tags", async () => {
  const asked = fc.sample(texts, REPLIES);
  const { stdout } = await execa(
    requireTool("python"),
    [path.join(packageRoot, "tests", "support", "read_texts.py")],
    { input: asked.map((one) => `${JSON.stringify(one)}\n`).join(""), env: PYTHON_ENVIRONMENT },
  );
  const theirs = stdout.split("\n").map((line) => JSON.parse(line) as unknown);
  expect(theirs).toHaveLength(REPLIES);
  const counts = { outside: 0, choice: 0, conflict: 0, tagged: 0 };
  const differ: unknown[] = [];
  for (const [index, { options, text }] of asked.entries()) {
    const tidied = sharedRules().tidy(text);
    const choice = new Choices(options).of(tidied);
    const { letter, rule } = readReply(text, options);
    const ours = {
      outside: outsideThinking(tidied),
      choice: choice && [choice.letter, choice.small],
      tagged: rule === "tag" ? letter : null,
    };
    if (JSON.stringify(ours) !== JSON.stringify(theirs[index]))
      differ.push({ options, text, ours, theirs: theirs[index] });
    if (ours.outside === null) counts.outside++;
    if (choice !== null) counts[choice.letter === "conflict" ? "conflict" : "choice"]++;
    if (ours.tagged !== null) counts.tagged++;
  }
  expect(differ).toEqual([]);
  // The texts are none that nobody reads.
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(REPLIES / 100);
}, 120_000);
