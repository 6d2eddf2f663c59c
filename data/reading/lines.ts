import { isArticle, type Choices } from "./choices.ts";
import type { Rule, Statement } from "./rules.ts";
import type { Found, RunningText } from "./running-text.ts";
import { FULL_STOP, LINE_END, REASON } from "./sentence-words.ts";

/** A text without the lines in which it repeats all options of its question, in their order. */
export function withoutEcho(text: string, choices: Choices): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const { letters } = choices;
  const repeats = (first: number) =>
    letters.every((letter, place) => {
      const choice = choices.of(lines[first + place] ?? "");
      return choice?.by === "both" && choice.letter === letter;
    });
  const first = letters.length < 2 ? -1 : lines.findIndex((_, index) => repeats(index));
  return first < 0 ? text : [...lines.slice(0, first), ...lines.slice(first + letters.length)].join("\n");
}

/**
 * What the first and the last line choose by a letter, if no line chooses another one. Several letters with their texts
 * are a list, beside which only a letter alone counts.
 */
export function linesIn(prose: RunningText, choices: Choices): Statement[] {
  const lines = [...prose.text.matchAll(/[^\n]*[^\s][^\n]*/gu)].map(
    ({ index: from, 0: line }): Found | null => {
      const choice = choices.of(line);
      if (choice === null || choice.by === "text" || isArticle(choice, line)) return null;
      return { choice, from, end: from + line.length };
    },
  );
  const listed = new Set(
    prose.beginnings.flatMap((at) => {
      const found = prose.beginsWith(at);
      return found?.choice.by === "both" ? found.choice.letter : [];
    }),
  );
  listed.delete("conflict");
  const counts = (found: Found | null | undefined): found is Found =>
    found?.choice !== undefined && (listed.size < 2 || found.choice.by === "letter");
  const [first, last] = [lines[0] ?? opening(prose), lines.at(-1)];
  const letters = new Set([first, ...lines].filter(counts).map(({ choice }) => choice.letter));
  letters.delete("conflict");
  if (new Set([...letters, ...(listed.size === 1 ? listed : [])]).size > 1) return [];
  const stated = (rule: Rule, found: Found | null | undefined): Statement[] =>
    counts(found) ? [{ rule, letter: found.choice.letter, end: found.end }] : [];
  return [...stated("last-line", last), ...stated("first-line", first)];
}

/** A letter with its text that begins the reply, or a letter with its reason. */
function opening(prose: RunningText): Found | null {
  const found = prose.choiceAt(0);
  if (found === null || found.choice.by === "text" || found.choice.letter === "conflict") return null;
  const rest = prose.low.slice(found.end);
  if (REASON.test(rest)) return found.choice.small ? null : found;
  // "B. its text, and more" is another text.
  return found.choice.by === "both" && (FULL_STOP.test(rest) || LINE_END.test(rest)) ? found : null;
}
