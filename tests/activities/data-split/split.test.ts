import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { heldOutVideos, withoutOverlap } from "../../../activities/data-split/by-video.ts";
import { nestedSubset } from "../../../activities/data-split/subset.ts";
import { oppositeOf, pairsOf } from "../../../activities/data-reverse-thinking/pairs.ts";
import type { Having } from "../../../data/questions/questions-file.ts";

type Question = Having<"video" | "way">;

const TASKS = ["direction", "landmark", "action"];
const WAYS = ["forward", "reverse"] as const;

function row(id: string, video: string, task: string, way: (typeof WAYS)[number]): Question {
  const options = ["A. left", "B. right"];
  return {
    id,
    video,
    split: "train",
    task,
    way,
    question: `${task} ${way}?`,
    options,
    answer: "B",
    targets: {},
  };
}

/** Two hundred videos, some with one pair of questions, some with three. */
const rows = Array.from({ length: 200 }, (_, index) =>
  TASKS.slice(0, 1 + (index % 3)).flatMap((task) =>
    WAYS.map((way) => row(`${index}-${task}-${way}`, `${index}.mp4`, task, way)),
  ),
).flat();
const shares = (some: Question[]) =>
  TASKS.flatMap((task) =>
    WAYS.map((way) => some.filter((one) => one.task === task && one.way === way).length / some.length),
  );

describe("subsets of the paper's sizes", () => {
  const sizes = [63, 126, 252, 378, 504, 630];
  const subsets = sizes.map((size) => nestedSubset(rows, size, 0));

  test("have the asked size, and each is part of the next", () => {
    expect(subsets.map(({ length }) => length)).toEqual(sizes);
    for (const [index, subset] of subsets.slice(0, -1).entries())
      expect(subsets[index + 1]).toEqual(expect.arrayContaining(subset));
  });

  test("are divided by task and way as the whole", () => {
    for (const subset of subsets)
      shares(subset).forEach((share, at) => expect(Math.abs(share - shares(rows)[at]!)).toBeLessThan(0.02));
  });

  test("depend on the seed, not on the order of the file", () => {
    const ids = (some: Question[]) => some.map(({ id }) => id).sort();
    expect(ids(nestedSubset(rows.toReversed(), 63, 0))).toEqual(ids(subsets[0]!));
    expect(ids(nestedSubset(rows, 63, 1))).not.toEqual(ids(subsets[0]!));
  });
});

test("whole videos are held out, about as many rows of each task and way as asked", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 0.95, noNaN: true }), fc.nat(1000), (share, seed) => {
      const held = heldOutVideos(rows, share, seed);
      const evaluated = rows.filter(({ video }) => held.has(video));
      for (const task of TASKS)
        for (const way of WAYS) {
          const of = (some: Question[]) => some.filter((one) => one.task === task && one.way === way).length;
          expect(Math.abs(of(evaluated) - share * of(rows))).toBeLessThanOrEqual(2);
        }
    }),
    { numRuns: 30, endOnFailure: true },
  );
});

test("a video on both sides is dropped from the side that is named", () => {
  const train = [row("a", "one.mp4", "action", "forward"), row("b", "two.mp4", "action", "forward")];
  const held = [row("c", "two.mp4", "action", "reverse"), row("d", "three.mp4", "action", "reverse")];
  const ids = (overlap: Parameters<typeof withoutOverlap>[2]) => {
    const sides = withoutOverlap(train, held, overlap);
    return [sides.train.map(({ id }) => id), sides.eval.map(({ id }) => id), sides.shared];
  };
  expect(ids("drop-from-training")).toEqual([["a"], ["c", "d"], ["two.mp4"]]);
  expect(ids("drop-from-evaluation")).toEqual([["a", "b"], ["d"], ["two.mp4"]]);
  expect(ids("refuse")).toEqual([["a", "b"], ["c", "d"], ["two.mp4"]]);
});

test("a bare name may be any video of that name; two paths are two videos", () => {
  const sharedOf = (trained: string, evaluated: string) =>
    withoutOverlap(
      [row("a", trained, "action", "forward")],
      [row("b", evaluated, "action", "forward")],
      "drop-from-training",
    );
  for (const [trained, evaluated] of [
    ["p1/one.mp4", "one.mp4"],
    ["one.mp4", "p1/one.mp4"],
    ["./p1//one.mp4", "p1/one.mp4"],
  ] as const)
    expect(sharedOf(trained, evaluated)).toMatchObject({ train: [], shared: [evaluated] });
  expect(sharedOf("p1/one.mp4", "p2/one.mp4").shared).toEqual([]);
});

describe("the opposite question", () => {
  const [there, back] = [row("a", "one.mp4", "action", "forward"), row("b", "one.mp4", "action", "reverse")];

  test("is the row's own, or that of its pair", () => {
    const own = { question: "back?", reference: "left" };
    expect(oppositeOf({ ...there, opposite: own }, pairsOf([there, back]))).toEqual(own);
    expect(oppositeOf(there, pairsOf([there, back]))).toEqual({
      question: "action reverse?",
      reference: "right",
    });
  });

  test("is none without a pair, or with two", () => {
    expect(oppositeOf(there, pairsOf([there]))).toBeUndefined();
    expect(oppositeOf(there, pairsOf([there, back, { ...back, id: "c" }]))).toBeUndefined();
  });
});
