import { CONFLICT, isArticle, type Choice, type Choices } from "./choices.ts";
import * as words from "./sentence-words.ts";
import { sharedRules } from "./shared-rules.ts";

/** A choice in running text, with its place. */
export interface Found {
  choice: Choice;
  from: number;
  end: number;
}

// Most characters of a sentence that are looked at on either side of a choice, and of known words before it: a model
// that repeats itself makes sentences without an end.
const SENTENCE = 1000;
const NEAR = 200;

/** A reply's prose, with the ends of its sentences. */
export class RunningText {
  readonly text: string;
  /** Folded: each place is the same as in the text. */
  readonly low: string;
  /** Where sentences begin. */
  readonly beginnings: readonly number[];
  readonly #choices: Choices;

  constructor(text: string, choices: Choices) {
    this.text = text;
    this.low = sharedRules().fold(text);
    this.#choices = choices;
    const ends = [...this.low.matchAll(words.SENTENCE_END)].map(({ index, 0: end }) => index + end.length);
    this.beginnings = [0, ...ends];
  }

  /** What stands before a place in its sentence. */
  before(at: number): string {
    const begin = this.beginnings[this.#sentencesUntil(at) - 1]!;
    return this.low.slice(Math.max(begin, at - SENTENCE), at);
  }

  /** What stands behind a place in its sentence. */
  #behind(at: number): string {
    const end = this.beginnings[this.#sentencesUntil(at)] ?? this.low.length;
    return this.low.slice(at, Math.min(end, at + SENTENCE));
  }

  /** How many sentences begin at a place or before it. */
  #sentencesUntil(at: number): number {
    let [low, high] = [0, this.beginnings.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.beginnings[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where words begin that stand before a place in its sentence, the first one first. */
  wordsBefore(at: number, most: number): number[] {
    const before = this.before(at).slice(-most);
    return [...before.matchAll(/(?<![a-z0-9'])[^\s]/gu)].map(({ index }) => at - before.length + index);
  }

  /** Whether what stands before a statement in its sentence leaves it a plain one; `alone`: no clause may stand there. */
  isPlain(at: number, alone = false): boolean {
    const before = this.before(at);
    const last = [...before.matchAll(words.CLAUSE_END)].at(-1);
    const split = last === undefined ? 0 : last.index + last[0].length;
    const [clauses, near] = [before.slice(0, split), before.slice(split)];
    if (near.length > NEAR || !words.NEAR.test(near)) return false;
    return alone ? clauses.trim() === "" : !words.VETO.test(clauses);
  }

  /** The choice that a place begins with, if what follows leaves it one. */
  choiceAt(at: number): Found | null {
    let by: Choice["by"] | null = null;
    for (const found of this.#choicesFrom(at)) {
      // A choice may end before a sign or behind it, but what has a text is no letter alone.
      by ??= found.choice.by;
      if (found.choice.by !== by) return null;
      const choice = this.meant(found.choice, found.from, found.end);
      if (choice !== null) return { ...found, choice };
    }
    return null;
  }

  /** The choice that a place begins with, whatever follows. */
  beginsWith(at: number): Found | null {
    return this.#choicesFrom(at).next().value ?? null;
  }

  /** The choices that a place begins with, the longest first. */
  *#choicesFrom(at: number): Generator<Found, undefined> {
    const from = at + /^\s*/u.exec(this.low.slice(at))![0].length;
    for (const cut of this.#cutsAfter(from)) {
      const text = this.text.slice(from, cut);
      const choice = this.#choices.of(text);
      // What ends the sentence is none of it.
      if (choice !== null)
        yield { choice, from, end: from + text.replace(/[\s.:!,;。，：！；]+$/u, "").length };
    }
    // "The answer is to turn left."
    if (this.low.startsWith("to ", from)) yield* this.#choicesFrom(from + 3);
    return undefined;
  }

  /** Places where a choice that begins here may end, the last one first. */
  #cutsAfter(from: number): number[] {
    const line = /^[^\n]*/u.exec(this.low.slice(from, from + this.#choices.longest))![0];
    const cuts = new Set([from + line.length]);
    for (const { index, 0: cut } of line.matchAll(words.CUT)) {
      cuts.add(from + index);
      if (/[)\]}"']/u.test(cut)) cuts.add(from + index + 1);
    }
    return [...cuts].filter((cut) => cut > from).sort((a, b) => b - a);
  }

  /** What a choice is with what follows it in its sentence: itself, one of several, or none. */
  meant(choice: Choice, from: number, end: number): Choice | null {
    const rest = this.low.slice(end);
    if (words.FULL_STOP.test(rest) || words.JSON_END.test(rest)) {
      // "A. turn left is wrong"
      const line = /^[^\n]*/u.exec(this.text.slice(end, end + SENTENCE))![0];
      return choice.by === "letter" && this.#choices.goesOn(choice.letter, line) ? null : choice;
    }
    // "The answer is a" may have been cut in front of a noun.
    if (words.LINE_END.test(rest)) return isArticle(choice, this.text.slice(from, end)) ? null : choice;
    const sentence = this.#behind(end).trimEnd();
    if (sentence.endsWith("?") || words.DOUBT.test(sentence)) return null;
    if (words.REASON.test(rest)) return choice;
    const glossed = words.GLOSS.test(rest) || /[)\]]$/u.test(this.low.slice(from, end));
    if (!glossed || choice.small || choice.by === "text" || words.FREE_DOUBT.test(sentence)) return null;
    const letters = this.text.slice(end, end + sentence.length).match(words.LONE_CAPITAL) ?? [];
    const others = letters.filter(
      (letter) => letter !== choice.letter && this.#choices.letters.includes(letter),
    );
    return others.length > 0 ? CONFLICT : choice;
  }
}
