import { expect, test } from "vitest";
import type { TrainerEvent } from "../../schemas/generated/trainer-event.ts";
import { traceOf } from "../../store/trace.ts";

const attempt = (number: number, time: number): TrainerEvent => ({
  event: "attempt",
  number,
  time,
  worker: "w",
  fingerprint: "f",
});
const progress = (done: number, time: number): TrainerEvent => ({
  event: "progress",
  done,
  total: 9,
  unit: "step",
  time,
});
const checkpoint = (step: number, time: number): TrainerEvent => ({
  event: "checkpoint",
  step,
  time,
  directory: "d",
});
const resumed = (done: number, time: number): TrainerEvent => ({ event: "resumed", done, time });

test("one attempt lost nothing", () => {
  expect(traceOf([attempt(1, 10), progress(3, 12), checkpoint(3, 13), progress(9, 20)])).toEqual({
    attempts: 1,
    resumed_from: [],
    repeated: 0,
    seconds_lost: 0,
    started: "1970-01-01T00:00:10.000Z",
  });
});

test("what stood in no checkpoint is repeated, and lost from the checkpoint until the next attempt", () => {
  const events = [
    ...[attempt(1, 0), progress(3, 3), checkpoint(3, 4), progress(5, 6)],
    ...[attempt(2, 10), resumed(3, 10), progress(3, 11), progress(4, 12)],
    ...[attempt(3, 20), resumed(3, 20), progress(9, 30)],
  ];
  // 5 - 3 and 4 - 3 steps; from second 4 to 10, and from 10 to 20, where the second attempt saved nothing.
  expect(traceOf(events)).toMatchObject({ attempts: 3, resumed_from: [3, 3], repeated: 3, seconds_lost: 16 });
});

test("a fresh start lost everything; an attempt that was stopped with a checkpoint lost no work", () => {
  expect(traceOf([attempt(1, 0), progress(5, 5), attempt(2, 8), progress(9, 9)])).toMatchObject({
    repeated: 5,
    seconds_lost: 8,
  });
  const stopped = [attempt(1, 0), progress(5, 5), checkpoint(5, 6), attempt(2, 9), resumed(5, 9)];
  expect(traceOf(stopped)).toMatchObject({ repeated: 0, seconds_lost: 3 });
});

test("a step that never ran has no trace", () => {
  expect(traceOf([])).toEqual({ attempts: 0, resumed_from: [], repeated: 0, seconds_lost: 0, started: null });
});
