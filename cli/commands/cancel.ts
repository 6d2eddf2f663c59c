import path from "node:path";
import { home } from "../../store/home.ts";
import { loadRecord } from "../../store/runs.ts";
import { findToolchain } from "../../activities/toolchain.ts";
import { EXIT, UserError } from "../errors.ts";
import { findRun } from "../find-run.ts";
import { say, sayJson } from "../output.ts";

/** Cancels a run: its programs are ended, its record is written. Also when no worker is left to hear of it. */
export async function cancel(name: string, { json = false }: { json?: boolean }): Promise<number> {
  const root = home.find(process.cwd(), process.env);
  const { request } = await findRun(root, name);
  const done = await loadRecord(root, request.run);
  if (done !== undefined)
    throw new UserError(EXIT.invalid, `The run ${request.run} is over: ${done.status}.`);
  const { connectClient } = await import("../../engine/connection.ts");
  const { giveUpDeadAttempts, openHandle } = await import("../../engine/runs.ts");
  const { ensureServer } = await import("../../engine/server.ts");
  const { startWorker } = await import("../../engine/worker.ts");
  const address = await ensureServer(root, findToolchain().server);
  const client = await connectClient(address);
  try {
    const handle = await openHandle(client, request.run);
    if (handle === undefined)
      throw new UserError(EXIT.failed, `The server knows no open run ${request.run}.`);
    await handle.cancel();
    await giveUpDeadAttempts(client, handle);
    // A worker of our own finishes the cancelling if the run's worker is gone.
    const worker = await startWorker(
      address,
      request.run,
      path.join(home.run(root, request.run), "engine.log"),
    );
    await handle.result().catch(() => {});
    await worker.stop();
  } finally {
    await client.connection.close();
  }
  const record = await loadRecord(root, request.run);
  if (record === undefined)
    throw new UserError(
      EXIT.failed,
      `The run ${request.run} was told to stop, but left no record. Try again.`,
    );
  if (json) sayJson(record);
  else if (record.status === "cancelled")
    say(`${request.run} is cancelled. Its finished steps stay in the store.`);
  else say(`${request.run} had ended before: ${record.status}.`);
  return EXIT.done;
}
