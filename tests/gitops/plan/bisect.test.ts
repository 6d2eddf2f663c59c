import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findTurn, judgedBy, stretchesOf, type Judged, type Stretch } from "../../../gitops/plan/bisect.ts";
import type { CommitPlan, RunVerdict } from "../../../schemas/gitops.ts";

const plan = (content: string) => ({ content }) as CommitPlan;
const stretch = (content: string): Stretch => ({ content, commits: [content], plan: plan(content) });

test("neighbours with one content are one stretch; the same content later is another", () => {
  const commits = ["x", "x", "y", "x"].map((content, index) => ({ sha: String(index), plan: plan(content) }));
  expect(stretchesOf(commits).map(({ content, commits: shas }) => [content, shas])).toEqual([
    ["x", ["0", "1"]],
    ["y", ["2"]],
    ["x", ["3"]],
  ]);
});

test("finds the turn with as few judgements as halving takes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 200 }), fc.nat(), async (length, at) => {
      const turn = 1 + (at % (length - 1));
      const stretches = Array.from({ length }, (_, index) => stretch(String(index)));
      let asked = 0;
      const found = await findTurn(stretches, ({ content }) => {
        asked += 1;
        return Promise.resolve<Judged>(Number(content) < turn ? "good" : "bad");
      });
      expect([found.good.content, found.bad.content, found.unclear]).toEqual([
        String(turn - 1),
        String(turn),
        [],
      ]);
      expect(asked).toBeLessThanOrEqual(Math.ceil(Math.log2(length)));
    }),
  );
});

test("what cannot be judged is stepped around, and told where the turn may be in it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom<Judged>("good", "bad", "unclear"), { minLength: 0, maxLength: 30 }),
      async (middle) => {
        // Good before, bad after: what is said between may be unclear anywhere.
        const turn = Math.floor(middle.length / 2);
        const judged = [
          "good",
          ...middle.map((one, index) => (one === "unclear" ? one : index < turn ? "good" : "bad")),
          "bad",
        ] as Judged[];
        const stretches = judged.map((_, index) => stretch(String(index)));
        const found = await findTurn(stretches, ({ content }) => Promise.resolve(judged[Number(content)]!));
        expect(Number(found.good.content)).toBe(judged.lastIndexOf("good"));
        expect(Number(found.bad.content)).toBe(judged.indexOf("bad"));
        expect(found.unclear.map(({ content }) => judged[Number(content)])).toEqual(
          found.unclear.map(() => "unclear"),
        );
      },
    ),
  );
});

describe("what a verdict is for the search", () => {
  const verdict = (status: RunVerdict["status"], ...outcomes: [string, boolean?][]): RunVerdict => ({
    ...{ run: "r", status, reproduced: null, metrics: {}, failures: [] },
    claims: outcomes.map(([outcome, counts = true], index) => ({
      ...{ id: `c${index}`, says: "", outcome, counts, evidence: "" },
    })),
  });

  test.each<[RunVerdict, string | null, Judged]>([
    [verdict("done", ["REPRODUCED"]), null, "good"],
    [verdict("done", ["REPRODUCED"], ["NOT REPRODUCED"]), null, "bad"],
    [verdict("done", ["REPRODUCED"], ["NOT REPRODUCED", false]), null, "good"],
    [verdict("done", ["REPRODUCED"], ["WITHIN NOISE"]), null, "bad"],
    [verdict("done", ["REPRODUCED"], ["INCONCLUSIVE"]), null, "unclear"],
    [verdict("done"), null, "unclear"],
    [verdict("failed", ["NOT REPRODUCED"]), null, "unclear"],
    [verdict("cancelled", ["REPRODUCED"]), null, "unclear"],
    [verdict("done", ["REPRODUCED"], ["NOT REPRODUCED"]), "c0", "good"],
    [verdict("done", ["REPRODUCED"], ["NOT REPRODUCED", false]), "c1", "bad"],
    [verdict("done", ["REPRODUCED"]), "none", "unclear"],
  ])("%#", (one, claim, expected) => {
    expect(judgedBy(one, claim)).toBe(expected);
  });
});
