import { sharedRules } from "./shared-rules.ts";

/** What a short text chooses. */
export interface Choice {
  /** One of the options', or `conflict`: a letter with another option's text, or that is another option's text. */
  letter: string;
  /** By the letter, by the letter with its option's text, or by the text alone. */
  by: "letter" | "both" | "text";
  /** Whether the letter is written small. */
  small: boolean;
}

export const CONFLICT: Choice = { letter: "conflict", by: "both", small: false };

type Letter = Pick<Choice, "letter" | "small">;

interface Option {
  letter: string;
  forms: readonly string[];
}

/** The options of one question, and what short texts choose among them. */
export class Choices {
  /** As the question has them. */
  readonly options: readonly string[];
  readonly letters: readonly string[];
  /** Most characters that a choice has, with all that may stand around it. */
  readonly longest: number;
  readonly #options: readonly Option[];
  readonly #known = new Map<string, Choice | null>();

  constructor(options: readonly string[]) {
    const { tidy, around } = sharedRules();
    this.options = options;
    this.letters = options.map((option) => option[0]!);
    this.longest = Math.max(0, ...options.map((option) => Array.from(option).length)) + around;
    this.#options = options.map((option) => ({ letter: option[0]!, forms: formsOf(tidy(option.slice(2))) }));
  }

  /**
   * The choice that a tidied text is as a whole: "B", "(B)", "Option B", "B. its text", or the text of one option; null
   * if it is none.
   */
  of(text: string): Choice | null {
    // In characters as Python counts them, where there may be fewer than here.
    if (text.length > this.longest && Array.from(text.trim()).length > this.longest) return null;
    let choice = this.#known.get(text);
    if (choice === undefined) this.#known.set(text, (choice = this.#read(text)));
    return choice;
  }

  #read(text: string): Choice | null {
    const same = this.#withText(text);
    const lettered = this.#lettered(text);
    if (lettered === null) return same.length === 1 ? { letter: same[0]!, by: "text", small: false } : null;
    return same.length === 0 || same.includes(lettered.letter) ? lettered : CONFLICT;
  }

  /** Whether a text begins with that of a letter's option, and goes on. */
  goesOn(letter: string, text: string): boolean {
    const form = formsOf(Array.from(text).slice(0, this.longest).join("")).at(-1)!;
    const own = this.#options.find((option) => option.letter === letter)?.forms.at(-1);
    return own !== undefined && form.startsWith(own) && /^[^\p{L}\p{N}]/u.test(form.slice(own.length));
  }

  /** A letter alone, or with a text before or behind it that must be its own. */
  #lettered(text: string): Choice | null {
    const { fold, unwrap, bare, labelled, trailing } = sharedRules();
    const core = unwrap(text);
    const folded = fold(core);
    const alone = this.#letterIn(core, bare.exec(folded));
    if (alone !== null) return { ...alone, by: "letter" };
    const before = labelled.exec(folded);
    const first = this.#letterIn(core, before);
    if (first !== null) return this.#withRest(first, core.slice(before![0].length));
    const behind = trailing.exec(folded);
    const last = this.#letterIn(core, behind);
    const isOwn = last && this.#isTextOf(core.slice(0, behind!.index), last.letter);
    return isOwn === null ? null : isOwn ? { ...last, by: "both" } : CONFLICT;
  }

  #withRest(letter: Letter, rest: string): Choice | null {
    const undashed = rest.replace(sharedRules().dash, "");
    const isOwn = this.#isTextOf(rest, letter.letter);
    // "B - 5" may mean 5 or -5: all that it may mean must be the letter's own.
    const may =
      isOwn === null
        ? [undashed, `-${undashed}`].map((said) => this.#isTextOf(said, letter.letter))
        : [isOwn];
    if (may.includes(false)) return CONFLICT;
    if (may.includes(true)) return { ...letter, by: "both" };
    const again = rest === "" ? null : this.of(undashed);
    return again === null || again.letter === letter.letter ? again : CONFLICT;
  }

  #letterIn(text: string, match: RegExpExecArray | null): Letter | null {
    const letter = match?.[1]?.toUpperCase();
    if (letter === undefined || !this.letters.includes(letter)) return null;
    const written = text[match!.indices![1]![0]]!;
    return { letter, small: written === written.toLowerCase() };
  }

  /** Whether a text is that of a letter's option; null if it is no option's. */
  #isTextOf(text: string, letter: string): boolean | null {
    const same = this.#withText(text);
    return same.length === 0 ? null : same.includes(letter);
  }

  /** The letters of the options whose text this is, in the strictest form in which it is any option's. */
  #withText(text: string): string[] {
    for (const [level, form] of formsOf(text).entries()) {
      const same = this.#options.filter(({ forms }) => form !== "" && forms[level] === form);
      if (same.length > 0) return same.map(({ letter }) => letter);
    }
    return [];
  }
}

/** Whether a choice may be an article or a pronoun: "a" and "i" without any sign. */
export const isArticle = ({ small, letter }: Choice, text: string): boolean =>
  small && /^[AI]$/u.test(letter) && !/[^\p{L}\s]/u.test(text);

/** A text as it is written; composed and unwrapped; in small letters; without punctuation. Signs and symbols stay. */
function formsOf(text: string): string[] {
  const { fold, unwrap, alike, soft } = sharedRules();
  const unwrapped = unwrap(text.trim().normalize("NFC")).replace(/\s+/gu, " ");
  const small = alike(fold(unwrapped.toLowerCase()));
  return [text.trim(), unwrapped, small, soft(small).trim()];
}
