import { FAMILIES, flip, type Facts, type Family, type Pair } from "./walk.ts";

/** The way that a question asks about. Ego-ST's terms: forward and reverse. */
export const WAYS = ["forward", "reverse"] as const;
export type Way = (typeof WAYS)[number];

/** One line of a dataset's `questions.jsonl`. */
export interface Question {
  id: string;
  video: string;
  split: string;
  task: Family | "description";
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
const ORDERED: readonly Pair[] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
/**
 * The options of each family, A to D. In each of them the way back changes B for C and leaves A and D: two turns to the same
 * side become two to the other, and order alone changes nothing in two of the same.
 */
const OPTIONS: Readonly<Record<Family, readonly Pair[]>> = {
  direction: [
    [0, 1],
    [0, 0],
    [1, 1],
    [1, 0],
  ],
  landmark: ORDERED,
  action: ORDERED,
};

/** What was passed on a way. Back: the order is reversed, and turns are mirrored. */
export function factsOnWay(family: Family, way: Way, there: Pair): Pair {
  if (way === "forward") return there;
  const [first, second] = there;
  return family === "direction" ? [flip(second), flip(first)] : [second, first];
}

const wordsOf = (family: Family, pair: Pair) => pair.map((index) => FAMILIES[family][index]).join(" ");
const letterOf = (family: Family, [first, second]: Pair) =>
  LETTERS[OPTIONS[family].findIndex((pair) => pair[0] === first && pair[1] === second)]!;
const suffix = (way: Way) => (way === "forward" ? "" : " back");

export interface Subject {
  clip: { id: string; video: string; split: string; facts: Facts };
  family: Family;
  way: Way;
  /** Answer as if the way there had been asked: the stand-in for a base that cannot think in reverse. */
  mistaken?: boolean;
  /** Answer in the tags that a prompt asks for, or by the letter alone. */
  tagged?: boolean;
}

/** A four-option question, with its letter target and its reverse-thinking target. */
export function multipleChoice({ clip, family, way, mistaken = false, tagged = true }: Subject): Question {
  const there = clip.facts[family];
  const here = factsOnWay(family, mistaken ? "forward" : way, there);
  const other: Way = way === "forward" ? "reverse" : "forward";
  const name = { forward: "forward", reverse: "back" };
  const answer = letterOf(family, here);
  const letter = tagged ? `<answer>${answer}</answer>` : answer;
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
    options: OPTIONS[family].map((pair) => `${letterOf(family, pair)}: ${wordsOf(family, pair)}`),
    answer,
    targets: { letter, "reverse-thinking": `<think>${thought}</think>${letter}` },
  };
}

/**
 * A description of all that is seen on a way, in words. Teaches the base to see; it has no options, and only a judge can
 * score it.
 */
export function description({ clip, way, mistaken = false }: Omit<Subject, "family">): Question {
  const told = (on: Way) =>
    (Object.keys(FAMILIES) as Family[])
      .map((family) => wordsOf(family, factsOnWay(family, on, clip.facts[family])))
      .join(", ");
  const text = told(mistaken ? "forward" : way);
  return {
    id: `${clip.id}-${way}-description`,
    video: clip.video,
    split: clip.split,
    task: "description",
    way,
    question: `Describe the way${suffix(way)}.`,
    options: [],
    answer: null,
    reference: told(way),
    targets: { letter: text, "reverse-thinking": text },
  };
}
