// Line ends too: what is shown stands in one line. Beside control characters, those that turn or hide text.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]/gu;

/** A text of somebody else in one line of at most `most` characters, characters that cannot be seen as \u{…}. */
export function printable(text: string, most: number): string {
  return shorten(text.slice(0, most * 2).replace(UNSEEN, codeOf), most, text.length > most * 2);
}

const codeOf = (character: string): string => `\\u{${character.codePointAt(0)!.toString(16)}}`;

/** At most `most` characters, the last one an ellipsis where something was left out; no character is cut in two. */
function shorten(text: string, most: number, more = false): string {
  const characters = Array.from(text);
  if (characters.length <= most && !more) return text;
  return `${characters.slice(0, most - 1).join("")}…`;
}
