import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { expect, test } from "vitest";
import { KINDS } from "../../activities/index.ts";
import { Kinds } from "../../core/kinds.ts";
import { outsideKind } from "../../outside/kind.ts";
import type { Artifact, StepRequest, StepResult } from "../../schemas/plan.ts";
import type { StepContext } from "../../steps/context.ts";
import { stepActivity } from "../../steps/step.ts";
import { storeOver } from "../../store/store.ts";
import { temporaryFolder } from "../support/folders.ts";
import { memoryObjects } from "../support/memory-objects.ts";
import { planStep } from "../support/plans.ts";

test("steps pass an artifact on between two machines that share no folder, and one reuses the other's result", async () => {
  const objects = memoryObjects(path.join(temporaryFolder(), "copies"));
  let works = 0;
  const perform = async ({ inputs, outputs }: StepContext) => {
    works += 1;
    const before =
      inputs["from"] === undefined ? "" : readFileSync(path.join(inputs["from"], "file"), "utf8");
    writeFileSync(path.join(outputs["made"]!, "file"), `${before}made `);
    return { loss: works };
  };
  const { name, schema } = KINDS.get("run/command");
  const kinds = new Kinds([{ name, schema, perform: () => Promise.resolve({ perform }) }]);
  const machine = () => {
    const root = temporaryFolder();
    const store = storeOver(objects, root);
    const act = stepActivity(kinds, outsideKind, store);
    const work = (run: string, id: string, inputs: Record<string, Artifact>) =>
      new MockActivityEnvironment().run<[StepRequest], StepResult, typeof act>(act, {
        ...{ run, step: planStep(id, [], { kind: "run/command", outputs: { made: "path" } }), inputs },
        ...{ withheld: [], heartbeatSeconds: 120, redoneSince: null },
      });
    return { root, store, work };
  };
  const [one, two] = [machine(), machine()];
  const first = await one.work("r-1", "a", {});
  const second = await two.work("r-1", "b", { from: first.outputs["made"]! });
  expect([first.status, second.status, works]).toEqual(["done", "done", 2]);
  const place = await two.store.artifacts.get(second.outputs["made"]!);
  expect(readFileSync(path.join(place, "file"), "utf8")).toBe("made made ");
  const again = await two.work("r-2", "a", {});
  expect([again.status, again.outputs, works]).toEqual(["reused", first.outputs, 2]);
  expect((await one.store.runs.loadOutcome("r-2", "a"))?.status).toBe("reused");
  for (const { root } of [one, two])
    for (const shared of ["artifacts", "steps"]) expect(existsSync(path.join(root, shared))).toBe(false);
  expect(await one.store.works.list()).toEqual([]);
});
