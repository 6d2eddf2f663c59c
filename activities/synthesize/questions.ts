import { FAMILIES, type Facts, type Family, type Pair } from "./walk.ts";

/** The way that a question asks about. Benchmark term of the paper: forward and reverse. */
export const WAYS = ["forward", "reverse"] as const;
export type Way = (typeof WAYS)[number];

/** One line of a dataset's `questions.jsonl`. */
export interface Question {
  id: string;
  video: string;
  split: string;
  task: Family;
  way: Way;
  question: string;
  options: string[];
  /** Gold letter; null for a description, which is trained but never scored. */
  answer: string | null;
  /** What is true, in words: what a judge compares with. Descriptions only. */
  reference?: string;
  targets: { letter: string; "reverse-thinking": string };
}

const LETTERS = ["A", "B", "C", "D"] as const;
const OPTIONS: readonly Pair[] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

/** What was passed on a way. Back: the order is reversed, and turns are mirrored. */
export function factsOnWay(family: Family, way: Way, there: Pair): Pair {
  if (way === "forward") return there;
  const [first, second] = there;
  return family === "direction" ? [flip(second), flip(first)] : [second, first];
}

const flip = (value: 0 | 1): 0 | 1 => (value === 0 ? 1 : 0);
const wordsOf = (family: Family, pair: Pair) => pair.map((index) => FAMILIES[family][index]).join(" ");
const letterOf = (pair: Pair) => LETTERS[pair[0] * 2 + pair[1]]!;
const suffix = (way: Way) => (way === "forward" ? "" : " back");

export interface Asked {
  clip: { id: string; video: string; split: string; facts: Facts };
  family: Family;
  way: Way;
  /** Answer as if the way there had been asked: the stand-in for a base that cannot think in reverse. */
  mistaken?: boolean;
  /** Answer in the tags that a prompt asks for, or by the letter alone. */
  tagged?: boolean;
  /** Index of the option that is answered instead. */
  guess?: number;
}

/** A four-option question, with its letter target and its reverse-thinking target. */
export function multipleChoice({
  clip,
  family,
  way,
  mistaken = false,
  tagged = true,
  guess,
}: Asked): Question {
  const there = clip.facts[family];
  const here = OPTIONS[guess ?? -1] ?? factsOnWay(family, mistaken ? "forward" : way, there);
  const other: Way = way === "forward" ? "reverse" : "forward";
  const name = { forward: "forward", reverse: "back" };
  const letter = tagged ? `<answer>${letterOf(here)}</answer>` : letterOf(here);
  const thought =
    `${name[other]}: ${wordsOf(family, factsOnWay(family, other, there))}, ` +
    `${name[way]}: ${wordsOf(family, here)}`;
  return {
    id: `${clip.id}-${family}-${way}`,
    video: clip.video,
    split: clip.split,
    task: family,
    way,
    question: `On the way${suffix(way)}, which ${family}?`,
    options: OPTIONS.map((pair) => `${letterOf(pair)}: ${wordsOf(family, pair)}`),
    answer: letterOf(here),
    targets: { letter, "reverse-thinking": `<think>${thought}</think>${letter}` },
  };
}

/** A description of a way in words. Teaches the base to see; it has no options, and only a judge can score it. */
export function description(asked: Asked): Question {
  const { clip, family, way, mistaken = false } = asked;
  const there = clip.facts[family];
  const text = wordsOf(family, factsOnWay(family, mistaken ? "forward" : way, there));
  return {
    ...multipleChoice(asked),
    id: `${clip.id}-${family}-${way}-description`,
    question: `Describe the way${suffix(way)}, which ${family}?`,
    options: [],
    answer: null,
    reference: wordsOf(family, factsOnWay(family, way, there)),
    targets: { letter: text, "reverse-thinking": text },
  };
}
