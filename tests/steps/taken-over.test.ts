import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { afterEach, expect, test, vi } from "vitest";
import { openStore } from "../../store/store.ts";
import type * as artifacts from "../../store/artifacts.ts";
import { outsideKind } from "../../outside/kind.ts";
import { KINDS } from "../../activities/index.ts";
import { Kinds } from "../../core/kinds.ts";
import type { StepContext } from "../../steps/context.ts";
import { stepActivity } from "../../steps/step.ts";
import type { StepRequest } from "../../schemas/plan.ts";
import { identify } from "../../store/processes.ts";
import { planStep } from "../support/plans.ts";
import { temporaryFolder } from "../support/folders.ts";

const published = vi.hoisted(() => ({ next: () => {} }));
vi.mock("../../store/artifacts.ts", async (original) => {
  const real = await original<typeof artifacts>();
  return {
    ...real,
    publish: async (...what: Parameters<typeof real.publish>) => {
      const artifact = await real.publish(...what);
      published.next();
      return artifact;
    },
  };
});
afterEach(() => (published.next = () => {}));

test("an attempt that is taken over while it publishes leaves all to its successor", async () => {
  const home = temporaryFolder();
  const step = planStep("s", [], { kind: "run/command", outputs: { made: "path" } });
  const request: StepRequest = {
    run: "r-20261127-000000-abcdef",
    step,
    inputs: {},
    withheld: [],
    heartbeatSeconds: 120,
    redoneSince: null,
  };
  let work = "";
  const perform = async (context: StepContext) => {
    work = context.work;
    writeFileSync(path.join(context.outputs["made"]!, "file"), "made");
    return {};
  };
  published.next = () => {
    const successor = { token: "its", host: "other", worker: identify(process.pid), child: null };
    writeFileSync(path.join(work, "owner-2.json"), JSON.stringify({ ...successor, released: false }));
    writeFileSync(path.join(work, "begun"), "the successor's");
  };
  const { name, schema } = KINDS.get("run/command");
  const kinds = new Kinds([{ name, schema, perform: () => Promise.resolve({ perform }) }]);
  const attempt = new MockActivityEnvironment().run(
    stepActivity(kinds, outsideKind, openStore(home)),
    request,
  );
  await expect(attempt).rejects.toThrow("another attempt took this step over");
  expect(readFileSync(path.join(work, "begun"), "utf8")).toBe("the successor's");
  expect(readdirSync(work)).toContain("owner-2.json");
  expect(existsSync(path.join(home, "steps"))).toBe(false);
});
