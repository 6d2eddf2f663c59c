import type { Row } from "./pairs.ts";

const ABOUT = { forward: "the way there", reverse: "the way back" } as const;

/**
 * What a model learns to reply under reverse thinking: the other way's question with its answer first, then the asked
 * one. Our own wording of ST-R1's idea; the released text is kept by the policy `as-released`.
 */
export function reverseThinking(
  { way, question, answer }: Pick<Row, "way" | "question"> & { answer: string },
  opposite: { question: string; reference: string },
): string {
  const other = ABOUT[way === "forward" ? "reverse" : "forward"];
  const thought =
    `First think of ${other}: ${sentence(lastSentence(opposite.question))} ${sentence(opposite.reference, ".")} ` +
    `Now think of ${ABOUT[way]}: ${sentence(lastSentence(question))} So the answer is ${answer}.`;
  return `<think>${thought}</think><answer>${answer}</answer>`;
}

/** What is asked, without the words that lead up to it. */
const lastSentence = (text: string): string =>
  text
    .trim()
    .split(/(?<=[.?!])\s*(?=\S)/)
    .at(-1)!
    .replace(/^Based on this video, /, "");

/** A text that ends as a sentence does. */
function sentence(text: string, mark = "?"): string {
  const trimmed = text.trim();
  return /[.?!]$/.test(trimmed) ? trimmed : `${trimmed}${mark}`;
}
