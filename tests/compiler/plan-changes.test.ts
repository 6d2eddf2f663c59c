import { expect, test } from "vitest";
import { planChanges } from "../../compiler/plan-changes.ts";
import { planOf, SMALL } from "../support/recipes.ts";

const before = planOf(SMALL);

test("an unchanged plan has no changes", () => {
  expect(planChanges(before, planOf(SMALL.replace("clips: { eval: 2 }", "clips: {eval: 2}")))).toEqual([]);
});

test("each changed field is told, with both values", () => {
  const after = planOf(SMALL.replace("eval: 2", "eval: 3").replace("size: 56x56", "size: 84x84"));
  expect(planChanges(before, after)).toEqual([
    { step: "walks", field: "params.clips.eval", from: 2, to: 3 },
    { step: "frames", field: "params.size", from: "56x56", to: "84x84" },
  ]);
});

test("a step that came or went, and a claim", () => {
  const more = planOf(
    `${SMALL}  more: { uses: run/noop, with: {} }\nclaims: [{ id: a, metric: walks.videos, at_least: 1 }]\n`,
  );
  expect(planChanges(before, more).map(({ step, field, from, to }) => [step, field, from, to])).toEqual([
    ["more", "step", null, "run/noop"],
    [null, "claims", [], more.claims],
  ]);
  expect(planChanges(more, before)[0]).toEqual({ step: "more", field: "step", from: "run/noop", to: null });
});
