import {
  ActivityFailure,
  ApplicationFailure,
  RetryState,
  TimeoutFailure,
  TimeoutType,
} from "@temporalio/common";
import { describe, expect, test } from "vitest";
import type { Artifact, PlanStep, RunRequest, StepResult } from "../../schemas/plan.ts";
import { describeFailure, inputsOf } from "../../workflows/run-step.ts";
import { planStep } from "../support/plans.ts";

const artifact = (digest: string): Artifact => ({
  uri: `artifacts/${digest}/content`,
  digest,
  type: "model",
});
const request = { inputs: { raw: artifact("r") } } as unknown as RunRequest;
const RESULTS: Record<string, StepResult> = {
  train: { status: "done", outputs: { model: artifact("m"), log: artifact("l") } },
};
const given = (inputs: PlanStep["inputs"]) =>
  inputsOf(planStep("x", [], { inputs }), request, (id) => RESULTS[id]);

describe("the artifacts that a step gets", () => {
  test("the run's inputs, what other steps gave, and names on the hub", () => {
    expect(
      given({
        rows: { from: "input", input: "raw" },
        model: { from: "step", step: "train", output: "model" },
        base: { from: "hub", id: "org/name" },
      }),
    ).toEqual({ rows: artifact("r"), model: artifact("m"), base: "org/name" });
  });

  test.each<[string, PlanStep["inputs"][string]]>([
    ["an input", { from: "input", input: "other" }],
    ["a step", { from: "step", step: "other", output: "model" }],
    ["an output", { from: "step", step: "train", output: "other" }],
  ])("%s that is not there ends the run's try for good", (_, source) => {
    const failure = catchFailure(() => given({ model: source }));
    expect([failure.message, failure.nonRetryable]).toEqual(["x: no artifact for 'model'", true]);
  });
});

function catchFailure(work: () => unknown): ApplicationFailure {
  try {
    work();
  } catch (error) {
    return error as ApplicationFailure;
  }
  throw new Error("nothing was thrown");
}

describe("what a failed step says of itself", () => {
  const ofActivity = (cause: Error) =>
    new ActivityFailure("Activity task failed", "step", "x", RetryState.TIMEOUT, "worker", cause);

  test("its code and sentence, also through Temporal's own failure", () => {
    const own = ApplicationFailure.create({ type: "oom", message: "no memory" });
    expect(describeFailure(ofActivity(own))).toEqual({ code: "oom", message: "no memory" });
    expect(describeFailure(own)).toEqual({ code: "oom", message: "no memory" });
    expect(describeFailure(ApplicationFailure.create({ message: "?" }))).toEqual({
      code: "unexpected",
      message: "?",
    });
  });

  test("that it took too long, and what to do", () => {
    const late = new TimeoutFailure("late", undefined, TimeoutType.START_TO_CLOSE);
    expect(describeFailure(ofActivity(late))).toEqual({
      code: "timeout",
      message: "The step took longer than its timeout. Raise 'timeout' or make the step smaller.",
    });
  });

  test("what nobody expected as it is", () => {
    expect(describeFailure(new RangeError("odd"))).toEqual({ code: "unexpected", message: "odd" });
    expect(describeFailure("a text")).toEqual({ code: "unexpected", message: "a text" });
  });
});
