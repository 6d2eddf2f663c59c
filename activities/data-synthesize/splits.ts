import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { randomOf } from "./random.ts";
import { description, multipleChoice, WAYS, type Subject, type Question } from "./questions.ts";
import { FAMILIES, makeWalk, type Family, type Walk } from "./walk.ts";

/** Splits by clip: no clip is in two of them, because each draws from its own seed. */
export const SPLITS = ["pretrain", "sft", "grpo", "eval"] as const;
export type Split = (typeof SPLITS)[number];

export interface Clip {
  id: string;
  video: string;
  split: Split;
  walk: Walk;
  /** Half of the clips are written with a variable frame rate. */
  variableFrameRate: boolean;
}

const families = Object.keys(FAMILIES) as Family[];
const kinds = families.flatMap((family) => WAYS.map((way) => ({ family, way })));

/** The clips of one split. Pure: the same seed gives the same clips. */
export function makeClips(split: Split, count: number, seed: number): Clip[] {
  const splitSeed = seed * 16 + SPLITS.indexOf(split);
  return Array.from({ length: count }, (_, index) => {
    const id = `${split}-${String(index).padStart(4, "0")}`;
    return {
      id,
      video: `videos/${id}.mp4`,
      split,
      walk: makeWalk(splitSeed, index),
      variableFrameRate: index % 2 === 1,
    };
  });
}

export interface PretrainMix {
  rowsPerClip: number;
  /** Share of the reverse questions answered as if the way there had been asked. */
  reverseErrorRate: number;
  /** Share of the questions answered in tags; the rest gives the letter alone. */
  taggedAnswerRate: number;
}

/** The questions about a split's clips, in a seeded order. */
export function makeQuestions(clips: Clip[], split: Split, seed: number, pretrain: PretrainMix): Question[] {
  const random = randomOf("questions", seed, SPLITS.indexOf(split));
  const ask = clips.map(({ id, video, walk }) => ({ id, video, split, facts: walk.facts }));
  if (split === "eval") {
    // One question a clip: several on one clip would be correlated and narrow the interval falsely.
    return ask.map((clip, index) => multipleChoice({ clip, ...kinds[index % kinds.length]! }));
  }
  const rows =
    split === "pretrain"
      ? ask.flatMap((clip) =>
          Array.from({ length: pretrain.rowsPerClip }, (_, row) => {
            const question = pretrainRow(clip, random, pretrain);
            return { ...question, id: `${question.id}-${row}` };
          }),
        )
      : ask.flatMap((clip) => kinds.map((kind) => multipleChoice({ clip, ...kind })));
  return shuffle(rows, (limit) => uniformInt(random, 0, limit));
}

/** A description, or a question about a family drawn at random; each of a way drawn at random. */
function pretrainRow(clip: Subject["clip"], random: RandomGenerator, mix: PretrainMix): Question {
  const chance = (rate: number) => uniformFloat64(random) < rate;
  const { family, way } = kinds[uniformInt(random, 0, kinds.length - 1)]!;
  const asked = { clip, family, way, mistaken: way === "reverse" && chance(mix.reverseErrorRate) };
  if (chance(0.5)) return description(asked);
  return multipleChoice({ ...asked, tagged: chance(mix.taggedAnswerRate) });
}

function shuffle<T>(items: T[], upTo: (limit: number) => number): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const pick = upTo(last);
    [shuffled[last], shuffled[pick]] = [shuffled[pick]!, shuffled[last]!];
  }
  return shuffled;
}
