const MARKER = /(?:^|,\s*)([A-Z])\. /g;

/**
 * Splits "A. this, B. that" into ["A. this", "B. that"]. Gives a reason instead when the text leaves a doubt: letters
 * that do not follow one another, a letter that could begin two options, or an empty one.
 */
export function splitOptions(text: string): string[] | { doubt: string } {
  const marks = [...text.matchAll(MARKER)].map((match) => ({
    letter: match[1]!,
    start: match.index,
    body: match.index + match[0].length,
  }));
  if (marks.length === 0 || marks[0]!.start !== 0) return { doubt: "the options do not begin with 'A. '" };
  const letters = marks.map(({ letter }) => letter).join("");
  if (letters !== "ABCDEFGHIJKLMNOPQRSTUVWXYZ".slice(0, letters.length))
    return { doubt: `the options' letters are ${marks.map(({ letter }) => letter).join(", ")}` };
  const options = marks.map(({ letter, body }, index) => {
    const end = marks[index + 1]?.start ?? text.length;
    return { letter, words: text.slice(body, end).trim() };
  });
  const empty = options.find(({ words }) => words === "");
  if (empty !== undefined) return { doubt: `option ${empty.letter} is empty` };
  return options.map(({ letter, words }) => `${letter}. ${words}`);
}

/** An option without its letter. */
export const optionWords = (option: string): string => option.slice(2).trim();
