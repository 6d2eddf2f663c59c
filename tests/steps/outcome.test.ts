import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { outcomeOf } from "../../steps/outcome.ts";
import type { FinishedStep } from "../../store/finished-steps.ts";
import { openStore } from "../../store/store.ts";
import { temporaryFolder } from "../support/folders.ts";
import { planStep } from "../support/plans.ts";
import type { StepRequest } from "../../schemas/plan.ts";

const MODEL = { uri: "artifacts/m/content", digest: "m", type: "model" as const };
const INPUT = { uri: "artifacts/d/content", digest: "d", type: "dataset" as const };
const finished: FinishedStep = {
  ...{ run: "r-1", made: "2026-11-27T10:00:00.000Z", outputs: { model: MODEL }, metrics: { loss: 0.5 } },
  ...{ inexact: [], log: "sft/log.txt", events: "sft/events.jsonl", fields: {}, seconds: 7 },
};
const request = {
  run: "r-1",
  step: planStep("sft", [], { kind: "train/sft" }),
  inputs: { dataset: INPUT },
} as unknown as StepRequest;
const attempt = (number: number, time: number) =>
  `{"event":"attempt","time":${time},"number":${number},"worker":"w","fingerprint":"${"f".repeat(64)}"}\n`;

function storeWith(events: string | null) {
  const store = openStore(temporaryFolder());
  const { events: file } = store.runs.step("r-1", "sft");
  mkdirSync(path.dirname(file), { recursive: true });
  if (events !== null) writeFileSync(file, events);
  return store;
}

test("what this run made is done, with what its attempts say, also when its worker was lost", async () => {
  const store = storeWith(attempt(1, 1_000) + attempt(2, 1_060));
  expect(await outcomeOf(store, request, "print", finished)).toMatchObject({
    ...{ id: "sft", kind: "train/sft", fingerprint: "print", inputs: request.inputs, threads: 1 },
    ...{ status: "done", attempts: 2, started: "1970-01-01T00:16:40.000Z", ended: finished.made },
    ...{ log: "sft/log.txt", events: "sft/events.jsonl", outputs: { model: MODEL }, metrics: { loss: 0.5 } },
  });
});

test.each([
  ["of another run", { ...finished, run: "r-0" }, attempt(1, 1_000)],
  ["that this run has no attempt of", finished, '{"event":"message","time":1,"text":"a"}\n'],
  ["that this run has no events of", finished, null],
])("a result %s is reused", async (_, step, events) => {
  expect(await outcomeOf(storeWith(events), request, "print", step)).toMatchObject({
    status: "reused",
    attempts: 0,
    outputs: { model: MODEL },
  });
});
