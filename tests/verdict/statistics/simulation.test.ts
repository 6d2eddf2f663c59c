import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, test } from "vitest";
import { judgeClaims } from "../../../verdict/judge.ts";
import type { Scored } from "../../../verdict/statistics/sample.ts";
import type { PlanClaim, StepOutcome } from "../../../schemas/plan.ts";

const TRIALS = 2000;
const NOMINAL = 0.05;

const outcome = (id: string) => ({ id, status: "done", metrics: {}, outputs: {} }) as unknown as StepOutcome;

// Made once: a trial has thousands of them.
const NAMES = Array.from({ length: 100 }, (_, at) => ({
  video: `v${at}`,
  ids: Array.from({ length: 6 }, (__, index) => `${at}-${index}`),
}));

/** One experiment with equal arms: replies that are stable over seeds by 90 %, and alike within a video. */
function verdictOfEqualArms(random: () => number, seeds: number, questions: number): string {
  const videos = questions === 1 ? 100 : 30;
  const rightBase = Array.from({ length: videos }, () => {
    const video = random();
    return Array.from({ length: questions }, () => random() < 0.5 * video + 0.25);
  });
  const evaluate = (): Scored[] =>
    rightBase.flatMap((video, at) => {
      const other = random() < 0.1;
      const { video: name, ids } = NAMES[at]!;
      return video.map((right, index) => ({
        id: ids[index]!,
        video: name,
        score: Number(other || random() < 0.1 ? random() < 0.5 : right),
      }));
    });
  const cells = (name: string) =>
    Array.from({ length: seeds }, (_, seed) => ({ id: `${name}-${seed}`, matrix: { seed } }));
  const claim: PlanClaim = {
    ...{ id: "c", better: "a", than: "b", p_below: NOMINAL },
    cells: { a: cells("a"), b: cells("b") },
  };
  const ids = [...cells("a"), ...cells("b")].map(({ id }) => id);
  const [judged] = judgeClaims([claim], {
    profile: null,
    outcomes: new Map(ids.map((id) => [id, outcome(id)])),
    evaluated: new Map(
      ids.map((id) => [id, { output: "predictions" as const, uri: "artifacts/some", samples: evaluate() }]),
    ),
    evaluate: () => 0,
  });
  return judged!.verdict;
}

describe("equal arms are called different as often as the limit says", () => {
  test.each([1, 3, 5].flatMap((seeds) => [1, 6].map((questions) => [seeds, questions] as const)))(
    "%i seeds, %i questions a video",
    (seeds, questions) => {
      const generator = xoroshiro128plus(seeds * 10 + questions);
      const random = () => uniformFloat64(generator);
      let different = 0;
      for (let trial = 0; trial < TRIALS; trial++)
        if (["REPRODUCED", "NOT REPRODUCED"].includes(verdictOfEqualArms(random, seeds, questions)))
          different += 1;
      expect(different / TRIALS).toBeLessThan(0.06);
      // A test that never speaks would pass, too.
      expect(different / TRIALS).toBeGreaterThan(0.02);
    },
    120_000,
  );
});
