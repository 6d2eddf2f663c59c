import { describe, expect, test } from "vitest";
import { recall, remember, reusedOutcome } from "../../store/finished-steps.ts";
import { fitOutcome } from "../../store/fit-outcome.ts";
import { keys } from "../../store/keys.ts";
import { temporaryFolder } from "../support/folders.ts";
import { STORES } from "../support/stores.ts";

const PRINT = "e".repeat(64);
const remembered = {
  ...{ run: "r", made: "2026-11-24T00:00:00.000Z", inexact: [], outputs: {}, metrics: { loss: 1 } },
  ...{ log: "s/log.txt", events: "s/events.jsonl", fields: {}, seconds: 1.5 },
};

describe.each(STORES)("a result that is remembered in %s", (_, make) => {
  const { objects } = make(temporaryFolder());

  test.each<[unknown, string]>([
    [null, "'metrics.accuracy' is null; it must be number"],
    ["0.95", "'metrics.accuracy' is \"0.95\"; it must be number"],
    [{ a: 1 }, "'metrics.accuracy' is {\"a\":1}; it must be number"],
  ])("with %j as a metric is told, and not used", async (accuracy, says) => {
    await remember(objects, PRINT, { ...remembered, metrics: { loss: 1, accuracy: accuracy as number } });
    expect(await recall(objects, PRINT, { params: {} })).toEqual({
      how: "damaged",
      step: remembered,
      defects: [`the stored result cannot be used: ${says}`],
    });
  });

  test.each([{ metrics: [] }, { outputs: { model: "m" } }, { inexact: null }, { hub: 5 }])(
    "with %j counts as none, or is told",
    async (wrong) => {
      await objects.write(keys.result(PRINT), JSON.stringify({ ...remembered, ...wrong }));
      expect((await recall(objects, PRINT, { params: {} })).how).not.toBe("whole");
    },
  );

  test("is used only with the metrics that the recipe declares", async () => {
    await remember(objects, PRINT, remembered);
    expect(await recall(objects, PRINT, { params: { metrics: ["loss"] } })).toMatchObject({ how: "whole" });
    expect(await recall(objects, PRINT, { params: { metrics: ["f1"] } })).toMatchObject({
      how: "damaged",
      defects: [
        "the stored result has no metric 'f1', which the recipe declares",
        "the stored result has the metric 'loss', which the recipe does not declare",
      ],
    });
  });
});

test.each([null, 5, "text", [], {}])("an outcome that is %j leaves nothing to use, and says so", (value) => {
  const { outcome, defects } = fitOutcome(value);
  expect(outcome).toBeNull();
  expect(defects.length).toBeGreaterThan(0);
});

test("what an earlier version remembered without models of a hub is reused without them", () => {
  const common = { id: "s", kind: "run/noop", fingerprint: PRINT, inputs: {}, threads: 1 };
  expect(Object.keys(reusedOutcome(common, remembered))).not.toContain("hub");
  const hub = [{ repo: "a/b", commit: "c".repeat(40) }];
  expect(reusedOutcome(common, { ...remembered, hub } as never).hub).toEqual(hub);
});
