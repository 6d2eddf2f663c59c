/** `1 prompt`, `2 prompts`, `3 replies`. */
export const counted = (count: number, word: string): string =>
  `${count} ${agreeing(count, word, pluralOf(word))}`;

/** The word that agrees with a count: `has` or `have`. */
export const agreeing = (count: number, one: string, many: string): string => (count === 1 ? one : many);

function pluralOf(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|ch)$/.test(word) ? `${word}es` : `${word}s`;
}
