import { closest as nearest, distance } from "fastest-levenshtein";
import { NAMES, NOTES } from "./synonyms.ts";

// Thousands of typos among thousands of names must not take minutes.
const MOST_KNOWN = 500;

/** The known word that was probably meant by a typo, if one is near enough. */
export function closest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || known.length > MOST_KNOWN || word.length > 100) return undefined;
  const same = known.find((other) => folded(other) === folded(word));
  if (same !== undefined) return same;
  const candidate = nearest(word, known);
  const far = distance(word, candidate);
  // Two letters that changed places count as two.
  const swapped = far === 2 && letters(word) === letters(candidate);
  return swapped || far <= Math.max(1, Math.floor(word.length / 3)) ? candidate : undefined;
}

/** As `closest`, but first by what other tools call the same thing. */
export function meantName(word: string, known: readonly string[]): string | undefined {
  const meant = Object.hasOwn(NAMES, word) ? NAMES[word] : undefined;
  return meant?.find((name) => known.includes(name)) ?? closest(word, known);
}

/** The known word of the same letters, or that other tools call so; nothing that is only alike. */
export function calledHere(word: string, known: readonly string[]): string | undefined {
  const meant = Object.hasOwn(NAMES, word) ? NAMES[word] : undefined;
  return known.find((other) => folded(other) === folded(word)) ?? meant?.find((name) => known.includes(name));
}

/** What a user of another tool should know about a name that has no counterpart here, or another unit. */
export const noteOn = (word: string): string | undefined =>
  Object.hasOwn(NOTES, word) ? NOTES[word] : undefined;

const letters = (word: string): string => word.split("").sort().join("");

const folded = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, "");
