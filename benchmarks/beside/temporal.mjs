// A worker and a client of Temporal alone, on a server that Reprise starts for itself with its own settings.
import path from "node:path";
import { Client, Connection } from "@temporalio/client";
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";

let isQuiet = false;

/** A process has one runtime, which cannot be installed twice. */
function quiet() {
  if (!isQuiet) Runtime.install({ logger: new DefaultLogger("ERROR") });
  isQuiet = true;
}

/** Seconds of one workflow with `count` no-op activities, from its start to its result. */
export async function rawTemporal(address, count, runs) {
  quiet();
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(import.meta.dirname, "workflow.mjs"),
    logger: new DefaultLogger("ERROR"),
  });
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue: "raw",
    workflowBundle: { code },
    activities: { nothing: async () => {} },
  });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const seconds = await worker.runUntil(async () => {
    const found = { sequence: [], sideBySide: [] };
    for (let run = 0; run <= runs; run++) {
      for (const name of Object.keys(found)) {
        const start = performance.now();
        await client.workflow.execute(name, {
          args: [count],
          taskQueue: "raw",
          workflowId: `${name}-${run}`,
        });
        // The first one warms up.
        if (run > 0) found[name].push((performance.now() - start) / 1000);
      }
    }
    return found;
  });
  await connection.close();
  await native.close();
  return seconds;
}
