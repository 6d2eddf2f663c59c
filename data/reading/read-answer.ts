import { Choices } from "./choices.ts";
import { linesIn, withoutEcho } from "./lines.ts";
import { RULES, type Rule, type Statement } from "./rules.ts";
import { RunningText } from "./running-text.ts";
import { TAKEN_BACK } from "./sentence-words.ts";
import { sharedRules } from "./shared-rules.ts";
import { statementsIn } from "./statements.ts";
import { answerTags, outsideThinking, type Tag } from "./tags.ts";

/** The letter that a reply gives, and the rule by which it was read; both null when it leaves a doubt. */
export type Reading = { letter: string; rule: Rule } | { letter: null; rule: null };

const NOTHING: Reading = { letter: null, rule: null };

/**
 * Reads a reply. Nothing is guessed: the first capital letter anywhere would read "Answer: C" as A. What stands in the
 * answer tag outside the thinking decides; else the whole reply, if it is a choice; else all that it states, if that is
 * one and the same. docs/evaluation.md has the rules.
 */
export function readReply(reply: string, options: readonly string[]): Reading {
  const said = outsideThinking(sharedRules().tidy(reply));
  const tagged = said === null ? null : answerTags(said);
  if (tagged === null) return NOTHING;
  const choices = new Choices(options);
  return tagged.tags.length > 0 ? readTags(tagged.tags, choices) : readText(tagged.rest, choices);
}

/** The letter alone. */
export const readAnswer = (reply: string, options: readonly string[]): string | null =>
  readReply(reply, options).letter;

/** Several tags must agree; the loosest of them gives the rule. */
function readTags(tags: readonly Tag[], choices: Choices): Reading {
  const statements = tags.map(({ content, exact, closed }): Statement => {
    const choice = choices.of(content);
    const { letter } = choice ?? readText(content, choices);
    const asked = exact && choice !== null && !choice.small;
    return {
      rule: closed ? (asked ? "tag" : "loose-tag") : "cut-tag",
      letter: letter ?? "conflict",
      end: 0,
    };
  });
  return agreed(statements, (ranks) => Math.max(...ranks));
}

function readText(text: string, choices: Choices): Reading {
  const whole = choices.of(text);
  if (whole !== null) return whole.letter === "conflict" ? NOTHING : { letter: whole.letter, rule: "whole" };
  const prose = new RunningText(withoutMarkup(withoutEcho(text, choices), choices), choices);
  const statements = [...statementsIn(prose, choices), ...linesIn(prose, choices)];
  const end = Math.max(0, ...statements.map((statement) => statement.end));
  if (end > 0 && TAKEN_BACK.test(prose.low.slice(end))) return NOTHING;
  return agreed(statements, (ranks) => Math.min(...ranks));
}

/** The one letter of all statements, with one of their rules. */
function agreed(statements: readonly Statement[], pick: (ranks: number[]) => number): Reading {
  const strong = statements.filter(({ weak }) => !weak);
  const [letter, ...others] = new Set(statements.map((statement) => statement.letter));
  if (strong.length === 0 || letter === undefined || letter === "conflict" || others.length > 0)
    return NOTHING;
  return { letter, rule: RULES[pick(strong.map(({ rule }) => RULES.indexOf(rule)))]! };
}

const MARKUP: [pattern: RegExp, by: string][] = [
  [/\\{1,2}(?:text[a-z]*|math[a-z]*|emph|underline)\s?\{([^{}]*)\}/gu, "$1"],
  [/[*]/gu, ""],
  [/`/gu, ""],
  [/<\/?(?:b|i|u|em|strong|p|br|code|span)\s*\/?>/gu, " "],
];

/** Without LaTeX's and HTML's marks of text, stars and backticks, but for those that an option has. */
const withoutMarkup = (text: string, { options }: Choices): string =>
  MARKUP.filter(([mark]) => options.every((option) => option.search(mark) < 0)).reduce(
    (bare, [mark, by]) => bare.replace(mark, by),
    text,
  );
