import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { expect, test } from "vitest";
import { KINDS } from "../../activities/index.ts";
import { Kinds } from "../../core/kinds.ts";
import { activitiesWith } from "../../engine/activities.ts";
import { guardedActivities } from "../../engine/guard.ts";
import type { Activities, StepRequest } from "../../schemas/plan.ts";
import { temporaryFolder } from "../support/folders.ts";
import { planStep } from "../support/plans.ts";
import { openStore } from "../../store/store.ts";

const RUN = "r-20261127-000000-abcdef";
const step = planStep("s", [], { kind: "run/noop" });
const REQUEST: StepRequest = {
  ...{ run: RUN, step, inputs: {}, withheld: [], heartbeatSeconds: 120, redoneSince: null },
};
type Asked = (request: StepRequest) => Promise<unknown>;

test("a worker does steps under one name, and under each kind's for runs of before", () => {
  const activities = activitiesWith(KINDS, openStore(temporaryFolder())) as Activities &
    Record<string, unknown>;
  expect(Object.keys(activities).sort()).toEqual([...KINDS.names, "step", "writeRecord"].sort());
  for (const name of KINDS.names) expect(activities[name]).toBe(activities.step);
});

test("a step of a kind that the worker lacks fails with its name", async () => {
  const { step: act } = activitiesWith(new Kinds([]), openStore(temporaryFolder()));
  const asked = new MockActivityEnvironment().run(act, REQUEST);
  await expect(asked).rejects.toMatchObject({
    ...{ type: "environment", message: "This worker has no kind 'run/noop'.", nonRetryable: true },
  });
});

test("a run's step is done under both names, and under no other kind's", async () => {
  const home = temporaryFolder();
  const file = path.join(home, "runs", RUN, "run.json");
  mkdirSync(path.dirname(file), { recursive: true });
  const plan = { steps: [step], secrets: [] };
  writeFileSync(file, JSON.stringify({ request: { run: RUN, plan, inputs: {} } }));
  const given: object[] = [];
  const act = (request: object) => {
    given.push(request);
    return Promise.resolve({ status: "done" as const, outputs: {} });
  };
  const fakes = { step: act, "run/noop": act, "run/command": act, writeRecord: () => Promise.resolve() };
  const guarded = guardedActivities(fakes, openStore(home), RUN) as Activities & Record<string, Asked>;
  const ask = (name: string) =>
    new MockActivityEnvironment({ workflowExecution: { workflowId: RUN, runId: "1" } }).run(
      guarded[name] as Asked,
      // As a workflow of an earlier version asks.
      { ...REQUEST, home: "/elsewhere" } as StepRequest,
    );
  for (const name of ["step", "run/noop"]) expect(await ask(name)).toMatchObject({ status: "done" });
  await expect(ask("run/command")).rejects.toThrow("is not the one of the run's plan");
  expect(given).toHaveLength(2);
  for (const request of given) expect(request).not.toHaveProperty("home");
});
