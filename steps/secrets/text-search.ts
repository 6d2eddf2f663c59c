// As many as the shortest text has, but no more: so few texts begin with the same ones.
const MOST_BEGINNING = 4;
const NONE: readonly string[] = [];

/** A piece of a text, from `from` to before `to`. */
interface Found {
  from: number;
  to: number;
}

/** Finds any of many texts in another one; of those that begin at one place the longest. None of them is empty. */
export class TextSearch {
  readonly #longest: number;
  readonly #width: number;
  readonly #byBeginning = new Map<string, string[]>();
  /** By code unit, whether a text begins with it: most places of a log need no more than this. */
  readonly #begins = new Uint8Array(0x10000);

  constructor(texts: readonly string[]) {
    const lengths = texts.map(({ length }) => length);
    this.#longest = lengths.reduce((one, other) => Math.max(one, other), 0);
    this.#width = lengths.reduce((one, other) => Math.min(one, other), MOST_BEGINNING);
    for (const text of [...texts].sort((a, b) => b.length - a.length)) {
      const beginning = text.slice(0, this.#width);
      this.#begins[text.charCodeAt(0)] = 1;
      const others = this.#byBeginning.get(beginning);
      if (others === undefined) this.#byBeginning.set(beginning, [text]);
      else others.push(text);
    }
  }

  /** All that stand in a text, from left to right; none begins within another one. */
  find(text: string): Found[] {
    const found: Found[] = [];
    for (let at = 0; at < text.length; at++) {
      const match = this.#beginningAt(text, at).find((one) => text.startsWith(one, at));
      if (match === undefined) continue;
      found.push({ from: at, to: at + match.length });
      at += match.length - 1;
    }
    return found;
  }

  /** Where a text's end begins that may be the beginning of one; the text's length if there is none. */
  unfinished(text: string): number {
    const matches = this.find(text);
    let next = 0;
    for (let at = Math.max(0, text.length - this.#longest + 1); at < text.length; at++) {
      while (next < matches.length && matches[next]!.to <= at) next++;
      const inside = next < matches.length && matches[next]!.from < at;
      if (inside) at = matches[next]!.to - 1;
      else if (this.#mayGoOn(text, at)) return at;
    }
    return text.length;
  }

  #mayGoOn(text: string, at: number): boolean {
    const end = text.slice(at);
    const goesOn = (one: string) => one.length > end.length && one.startsWith(end);
    if (end.length >= this.#width) return this.#beginningAt(text, at).some(goesOn);
    return [...this.#byBeginning.keys()].some((beginning) => beginning.startsWith(end));
  }

  #beginningAt(text: string, at: number): readonly string[] {
    if (this.#begins[text.charCodeAt(at)] === 0) return NONE;
    return this.#byBeginning.get(text.slice(at, at + this.#width)) ?? NONE;
  }
}
