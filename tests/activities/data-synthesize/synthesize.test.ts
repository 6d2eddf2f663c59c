import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  factsOnWay,
  multipleChoice,
  WAYS,
  type Question,
  type Way,
} from "../../../activities/data-synthesize/questions.ts";
import { renderWalk } from "../../../activities/data-synthesize/render.ts";
import { makeClips, makeQuestions, SPLITS } from "../../../activities/data-synthesize/splits.ts";
import { makeWalk, type Family, type Walk } from "../../../activities/data-synthesize/walk.ts";

const MIX = { rowsPerClip: 4, reverseErrorRate: 0.5, taggedAnswerRate: 1 };
const clip = {
  id: "c",
  video: "v",
  split: "eval",
  facts: { direction: [0, 1], landmark: [0, 1], action: [1, 1] },
} as const;

const pixelsOf = (walk: Walk, size: number) => Buffer.concat([...renderWalk(walk, size)]);

describe("the world", () => {
  test.each([
    ["pretrain", 0, 0, 112, "8c61e9cd5d9d77f7"],
    ["eval", 7, 3, 56, "789a35a09f295065"],
    ["grpo", 12, 1, 84, "44f993e9fc8eb99d"],
  ] as const)(
    "has the same pixels for the same seed: %s %i of %i, at %i",
    (split, index, seed, size, digest) => {
      const { walk } = makeClips(split, index + 1, seed)[index]!;
      const pixels = createHash("sha256").update(pixelsOf(walk, size)).digest("hex");
      expect(pixels.slice(0, 16)).toBe(digest);
    },
  );

  test.each([
    ["small ones together, and what is left", 108, [7, 7, 7, 3]],
    ["as many as there are", 32, [24]],
    ["large ones one by one", 300, Array.from({ length: 24 }, () => 1)],
  ])("gives its frames a few at a time: %s", (_, size, together) => {
    const pieces = [...renderWalk(makeWalk(0, 0), size)];
    expect(pieces.map(({ length }) => length / (size * size * 3))).toEqual(together);
  });

  test("differs from clip to clip and from seed to seed", () => {
    const pictures = [makeWalk(0, 0), makeWalk(0, 1), makeWalk(1, 0)].map((walk) =>
      pixelsOf(walk, 28).toString("base64"),
    );
    expect(new Set(pictures).size).toBe(3);
  });

  test("shows turns: the heading goes the way the facts say", () => {
    for (let index = 0; index < 20; index++) {
      const { facts, poses } = makeWalk(7, index);
      expect(Math.sign(poses[11]!.heading - poses[0]!.heading)).toBe(facts.direction[0] * 2 - 1);
      expect(Math.sign(poses[23]!.heading - poses[12]!.heading)).toBe(facts.direction[1] * 2 - 1);
    }
  });

  test.each([0, 1, 2, 3, 4, 5])(
    "has every fact about half of the time, in each sixth clip from %i on",
    (from) => {
      const walks = Array.from({ length: 400 }, (_, index) => makeWalk(0, index * 6 + from));
      for (const family of ["direction", "landmark", "action"] as const) {
        for (const leg of [0, 1] as const) {
          const share = walks.filter(({ facts }) => facts[family][leg] === 1).length / walks.length;
          expect(share).toBeGreaterThan(0.4);
          expect(share).toBeLessThan(0.6);
        }
        const changed = walks.filter(({ facts }) => {
          const back = factsOnWay(family, "reverse", facts[family]);
          return back.join() !== facts[family].join();
        });
        expect(Math.abs(changed.length / walks.length - 0.75)).toBeLessThan(0.08);
      }
    },
  );
});

describe("a question", () => {
  test("about the way back mirrors turns and reverses the order", () => {
    expect(factsOnWay("direction", "reverse", [0, 1])).toEqual([0, 1]);
    expect(factsOnWay("direction", "reverse", [0, 0])).toEqual([1, 1]);
    expect(factsOnWay("landmark", "reverse", [0, 1])).toEqual([1, 0]);
    expect(factsOnWay("action", "forward", [0, 1])).toEqual([0, 1]);
  });

  test("has its answer among the options, and reverse thinking goes the other way first", () => {
    const question = multipleChoice({ clip, family: "landmark", way: "reverse" });
    expect(question.options).toEqual(["A: red red", "B: red blue", "C: blue red", "D: blue blue"]);
    expect(question.answer).toBe("C");
    expect(question.targets).toEqual({
      letter: "<answer>C</answer>",
      "reverse-thinking": "<think>forward: red blue, back: blue red</think><answer>C</answer>",
    });
  });

  test.each(["direction", "landmark", "action"] as const)(
    "about %s exchanges B and C for the way back",
    (family) => {
      const answers = (
        [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ] as const
      ).map((pair) => {
        const walk = { ...clip, facts: { ...clip.facts, [family]: pair } };
        return WAYS.map((way) => multipleChoice({ clip: walk, family, way }).answer).join("");
      });
      expect(answers.sort()).toEqual(["AA", "BC", "CB", "DD"]);
    },
  );

  test("asked mistakenly answers as if the way there had been asked", () => {
    expect(multipleChoice({ clip, family: "landmark", way: "reverse", mistaken: true }).answer).toBe("B");
  });
});

describe("splits", () => {
  test("share no clip, not even by content", () => {
    const walks = SPLITS.flatMap((split) => makeClips(split, 50, 0).map(({ walk }) => JSON.stringify(walk)));
    expect(new Set(walks).size).toBe(200);
  });

  test("ask one question per held-out clip and six per training clip", () => {
    expect(makeQuestions(makeClips("eval", 12, 0), "eval", 0, MIX)).toHaveLength(12);
    expect(makeQuestions(makeClips("sft", 12, 0), "sft", 0, MIX)).toHaveLength(72);
    expect(makeQuestions(makeClips("pretrain", 12, 0), "pretrain", 0, MIX)).toHaveLength(48);
  });

  test("cover every family and way evenly when held out", () => {
    const questions = makeQuestions(makeClips("eval", 12, 0), "eval", 0, MIX);
    for (const way of WAYS) expect(questions.filter((question) => question.way === way)).toHaveLength(6);
  });

  test("teach a base that errs on the way back, and seldom uses tags", () => {
    const clips = makeClips("pretrain", 200, 0);
    const there = new Map(clips.map(({ id, walk }) => [id, walk.facts]));
    const rows = (mix: Partial<typeof MIX>) => makeQuestions(clips, "pretrain", 0, { ...MIX, ...mix });
    const share = (questions: Question[], is: (question: Question) => boolean) =>
      questions.filter(is).length / questions.length;
    const asked = (mix: Partial<typeof MIX>, way: Way) =>
      rows(mix).filter((question) => question.answer !== null && question.way === way);
    const isRight = ({ id, task, way, answer }: Question) => {
      const facts = there.get(id.slice(0, "pretrain-0000".length))!;
      return answer === multipleChoice({ clip: { ...clip, facts }, family: task as Family, way }).answer;
    };
    expect(share(asked({}, "forward"), isRight)).toBe(1);
    // A quarter of the walks is the same both ways.
    expect(Math.abs(share(asked({ reverseErrorRate: 1 }, "reverse"), isRight) - 0.25)).toBeLessThan(0.1);
    const tagged = ({ targets }: Question) => targets.letter.startsWith("<answer>");
    expect(Math.abs(share(asked({ taggedAnswerRate: 0.2 }, "forward"), tagged) - 0.2)).toBeLessThan(0.1);
    for (const { answer, targets } of asked({ taggedAnswerRate: 0 }, "forward"))
      expect(targets.letter).toBe(answer);
  });

  test("have unique ids", () => {
    for (const split of SPLITS) {
      const ids = makeQuestions(makeClips(split, 30, 0), split, 0, MIX).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});
