/** An expression in a text. */
export interface Inside {
  inside: string;
  /** Offset in the text. */
  start: number;
}

/** A text as its literal parts and its expressions; null when one does not end. */
export function splitText(text: string): (string | Inside)[] | null {
  const parts: (string | Inside)[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf("${{", at);
    if (open < 0) {
      parts.push(text.slice(at));
      break;
    }
    const close = text.indexOf("}}", open);
    if (close < 0) return null;
    if (open > at) parts.push(text.slice(at, open));
    parts.push({ inside: text.slice(open + 3, close), start: open + 3 });
    at = close + 2;
  }
  return parts.filter((part) => part !== "");
}

/** The expressions of a text. */
export const insidesOf = (text: string): Inside[] =>
  (splitText(text) ?? []).filter((part) => typeof part !== "string");
