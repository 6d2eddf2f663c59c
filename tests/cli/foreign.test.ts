import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, Connection, WorkflowFailedError } from "@temporalio/client";
import { expect, test } from "vitest";
import { dataConverter } from "../../engine/payloads.ts";
import type { RunRequest } from "../../schemas/plan.ts";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);
const store = path.join(folder, ".reprise");
const made = path.join(folder, "made");

const parsed = (...file: string[]): unknown => JSON.parse(readFileSync(path.join(store, ...file), "utf8"));

test("a worker does only what its run's own file says, whoever asks the server", async () => {
  writeFileSync(
    path.join(folder, "own.yaml"),
    "recipe: 1\nname: own\nsteps:\n  first: { uses: run/command, with: { argv: [sleep, '12'] } }\n  after: { uses: run/command, with: { argv: [sh, -c, 'echo after'] } }\n",
  );
  const running = start(folder, ["run", "own.yaml"]);
  let run: string | undefined;
  for (let waited = 0; run === undefined; waited += 50) {
    if (waited > 40_000) throw new Error("it did not start");
    await sleep(50);
    const runs = path.join(store, "runs");
    run = existsSync(runs)
      ? readdirSync(runs).find((name) => existsSync(path.join(runs, name, "first", "log.txt")))
      : undefined;
  }
  const { request } = parsed("runs", run, "run.json") as { request: RunRequest };
  const { address } = parsed("server", "server.json") as { address: string };
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, dataConverter });
  const foreign = (id: string) =>
    client.workflow.start("runPlan", {
      args: [{ ...request, home: store, plan: evil }],
      taskQueue: run,
      workflowId: id,
      workflowRunTimeout: "40s",
    });
  const evil = {
    ...request.plan,
    steps: request.plan.steps.map((step) => ({
      ...step,
      after: [],
      params: { ...step.params, argv: ["touch", made] },
    })),
  };
  const other = await foreign("foreign");
  await expect(other.result()).rejects.toBeInstanceOf(WorkflowFailedError);
  // Under the run's own name, in the place of its workflow: whoever goes on with the run finds it.
  process.kill(-running.pid!, "SIGKILL");
  await running;
  await client.workflow.getHandle(run).terminate();
  await foreign(run);
  await connection.close();
  const ended = await reprise(folder, ["run", "own.yaml"]);
  expect(ended.code).toBe(5);
  expect(existsSync(made)).toBe(false);
  const record = parsed("runs", run, "record.json") as { status: string; failure: { message: string } };
  expect(record.status).toBe("failed");
  expect(record.failure.message).toContain("is not the one of the run's plan");
});

test("what a run's file says is done", async () => {
  writeFileSync(
    path.join(folder, "plain.yaml"),
    `recipe: 1
name: plain
steps:
  make: { uses: run/command, with: { argv: [sh, -c, 'echo 1 > "$REPRISE_OUTPUT_O/x"'], outputs: { o: path } } }
  use: { uses: run/command, with: { argv: [cat, "{inputs.o}/x"], inputs: { o: "\${{ steps.make.outputs.o }}" } } }
`,
  );
  expect((await reprise(folder, ["run", "plain.yaml"])).code).toBe(0);
});
