import { expect, test } from "vitest";
import { describeTried, exitCodeOfTried } from "../../cli/tried.ts";
import type { KindDefinition } from "../../core/kind.ts";
import type { Tried } from "../../runs/kinds/try-kind.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";

const kind = { name: "lab/halve", mainNumber: ({ value }: { value: number }) => `value ${value}` };

const record = (more: object = {}) =>
  ({
    ...{ status: "done", failure: null },
    steps: [
      {
        ...{ started: "2026-11-27T10:00:00.000Z", ended: "2026-11-27T10:00:02.000Z", resumed_from: [] },
        ...{ metrics: { value: 1 }, outputs: { table: { type: "lab/table", digest: "d" } } },
        ...more,
      },
    ],
  }) as unknown as RunRecord;
const failed = { status: "failed", steps: [], failure: { code: "exit", message: "no such thing" } };

const told = (again: Tried["again"], first: object = record()): [string, number] => {
  const tried = { first, again } as unknown as Tried;
  return [describeTried(tried, kind as unknown as KindDefinition), exitCodeOfTried(tried)];
};

test("a kind that ends alike, killed or not, can be used", () => {
  const [text, code] = told({ record: record({ resumed_from: [2] }), at: "checkpoint-2", saves: true });
  expect(text).toBe(
    "done in 2s: value 1\n  table (lab/table) d\nKilled at checkpoint-2 and resumed from checkpoint 2: the same result.",
  );
  expect(code).toBe(0);
});

test("one that ends otherwise, or fails, cannot", () => {
  const other = record({ metrics: { value: 2 }, outputs: { table: { type: "lab/table", digest: "e" } } });
  const [text, code] = told({ record: other, at: "checkpoint-2", saves: true });
  expect(text).toContain("Killed at checkpoint-2 and started afresh: another result (table, value).");
  expect(code).toBe(1);
  const [again, codeAgain] = told({ record: failed as unknown as RunRecord, at: null, saves: false });
  expect(again).toContain("It failed [exit]: no such thing");
  expect(codeAgain).not.toBe(0);
  expect(told(null, failed)[0]).toBe("It failed [exit]: no such thing");
});

test("one that never saves is told so; one that saves, and ended before it was killed, was not tried", () => {
  const never = told({ record: record(), at: null, saves: false });
  expect(never).toEqual([expect.stringContaining("It left no checkpoint before it ended"), 0]);
  const late = told({ record: record(), at: null, saves: true });
  expect(late).toEqual([expect.stringContaining("It ended before it could be killed at a checkpoint"), 1]);
});
