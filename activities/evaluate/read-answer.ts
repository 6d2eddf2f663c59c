/**
 * The letter that a reply gives, or null when it leaves a doubt. Nothing is guessed: taking the first capital letter
 * anywhere reads "Answer: C" as A. Read, in this order:
 *
 * - what stands in the answer tag, if there is one outside the thinking;
 * - the whole reply, where it is a letter, a letter with its option's text, or the text of one option;
 * - the last words, where they state the answer: "… the answer is (B)".
 *
 * A letter must be one of the options', and a text beside it that option's.
 */
export function readAnswer(reply: string, options: readonly string[]): string | null {
  const said = reply.replace(/^[\s\S]*<\/think>/, "").trim();
  // Cut off while it was thinking.
  if (said.includes("<think>")) return null;
  const tagged = [...said.matchAll(/<answer>([\s\S]*?)<\/answer>/g)].map(([, content]) =>
    letterOf(content!, options),
  );
  if (tagged.length > 0) return new Set(tagged).size === 1 ? tagged[0]! : null;
  if (/<\/?answer>/.test(said)) return null;
  return letterOf(said, options) ?? stated(said, options);
}

const LETTER = /^(?:option\s+)?\(?([A-Z])\)?[.:]?$/i;
const WITH_TEXT = /^(?:option\s+)?\(?([A-Z])[).:]+\s*([\s\S]+)$/i;
const NAMED = String.raw`\b(?:answer|choice|(?:correct|right|best)\s+option)(?:\s+is)?\s*:?\s*`;
const STATEMENT = new RegExp(
  String.raw`${NAMED}((?:option\s+)?\(?[A-Z](?:\)?[.:]?|[).:]+\s[^\n]*))\s*$`,
  "i",
);
const STATED_LETTERS = new RegExp(String.raw`${NAMED}(?:option\s+)?\(?([A-Z])\b`, "gi");

/** The letter that a short text stands for: "B", "(B)", "B.", "Option B", "B. its text", or the text of one option. */
export function letterOf(text: string, options: readonly string[]): string | null {
  const words = text.replaceAll("*", "").trim();
  const texts = new Map(options.map((option) => [option[0]!, plain(option.slice(2))]));
  const bare = LETTER.exec(words)?.[1];
  if (bare !== undefined && isCapital(bare)) return texts.has(bare) ? bare : null;
  const [, letter, rest] = WITH_TEXT.exec(words) ?? [];
  if (letter !== undefined && isCapital(letter) && texts.has(letter))
    return plain(rest!) === texts.get(letter) ? letter : null;
  const same = [...texts].filter(([, option]) => option !== "" && option === plain(words));
  return same.length === 1 ? same[0]![0] : null;
}

/** What the last line states as the answer, unless the reply calls another letter the answer as well. */
function stated(said: string, options: readonly string[]): string | null {
  const line = said.replaceAll("*", "").trim().split("\n").at(-1)!;
  const form = STATEMENT.exec(line)?.[1];
  const letters = new Set([...said.replaceAll("*", "").matchAll(STATED_LETTERS)].map(([, letter]) => letter));
  return form === undefined || letters.size > 1 ? null : letterOf(form, options);
}

const isCapital = (letter: string): boolean => letter === letter.toUpperCase();

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\s]/gu, " ")
    .split(/\s+/)
    .filter(Boolean)
    .join(" ");
