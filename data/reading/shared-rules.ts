import { readFileSync } from "node:fs";
import path from "node:path";
import { trainerFolder } from "../../core/package-root.ts";

type Replacement = [pattern: string, by: string];

/** trainer/reprise_trainer/data/reading.json, in the common part of JavaScript's and Python's regular expressions. */
interface ReadingFile {
  /** White space becomes blanks and line breaks; what cannot be seen goes. */
  tidy: Replacement[];
  /** Characters, and the small or plain ones that they are matched as, one for one. */
  fold: [from: string, to: string];
  /** An opening or, with its group, a closing tag of thinking. */
  thinking: string;
  /** An opening or, with its group, a closing answer tag. */
  tag: string;
  /** What stands between tags that are only talked about. */
  mention: string;
  /** What may stand around a choice, before and behind. */
  wrappers: [open: string, close: string][];
  /** Most characters of all that stands around a choice. */
  around: number;
  /** What may end a choice. */
  stops: string;
  /** A letter alone, in its group. */
  bare: string;
  /** A letter, and what parts it from the text behind it, each in its group. */
  labelled: string;
  /** A text, and a letter behind it, each in its group. */
  trailing: string;
  /** A dash between letter and text, which might be a sign. */
  dash: string;
  /** Characters that mean the same. */
  alike: Replacement[];
  /** Punctuation that a text is the same without; signs and symbols stay. */
  soft: Replacement[];
}

type Replace = (text: string) => string;

interface SharedRules {
  tidy: Replace;
  /** The text in small letters and plain punctuation; each place stays where it is. */
  fold: Replace;
  /** Without what may stand around a choice and behind it. */
  unwrap: Replace;
  around: number;
  alike: Replace;
  soft: Replace;
  thinking: RegExp;
  tag: RegExp;
  mention: RegExp;
  bare: RegExp;
  labelled: RegExp;
  trailing: RegExp;
  dash: RegExp;
}

const END = "(?![\\s\\S])";

function replaceAll(replacements: readonly Replacement[]): Replace {
  const compiled = replacements.map(([pattern, by]) => [new RegExp(pattern, "gu"), by] as const);
  return (text) => compiled.reduce((done, [pattern, by]) => done.replace(pattern, () => by), text);
}

function foldBy([from, to]: ReadingFile["fold"]): Replace {
  const map = new Map(Array.from(from, (character, index) => [character, to[index]!]));
  const any = new RegExp(`[${from}]`, "gu");
  return (text) => text.replace(any, (character) => map.get(character)!);
}

function unwrapBy({ wrappers, stops }: ReadingFile): Replace {
  const around = wrappers.map(([open, close]) => new RegExp(`^${open}([\\s\\S]+?)${close}${END}`, "u"));
  const behind = new RegExp(stops, "u");
  const once: Replace = (text) =>
    around
      .reduce((inner, pattern) => pattern.exec(inner)?.[1]?.trim() ?? inner, text)
      .replace(behind, "")
      .trim();
  return (text) => {
    let [before, after] = [text, once(text)];
    while (after !== before && after !== "") [before, after] = [after, once(after)];
    return after;
  };
}

let rules: SharedRules | undefined;

/** The rules for tags and choices, which the rewards in Python read from the same file. */
export function sharedRules(): SharedRules {
  if (rules !== undefined) return rules;
  const text = readFileSync(path.join(trainerFolder, "reprise_trainer", "data", "reading.json"), "utf8");
  const file = JSON.parse(text) as ReadingFile;
  rules = {
    tidy: replaceAll(file.tidy),
    fold: foldBy(file.fold),
    unwrap: unwrapBy(file),
    around: file.around,
    alike: replaceAll(file.alike),
    soft: replaceAll(file.soft),
    thinking: new RegExp(file.thinking, "gu"),
    tag: new RegExp(file.tag, "gu"),
    mention: new RegExp(file.mention, "u"),
    bare: new RegExp(file.bare, "du"),
    labelled: new RegExp(file.labelled, "du"),
    trailing: new RegExp(file.trailing, "du"),
    dash: new RegExp(file.dash, "u"),
  };
  return rules;
}
