import path from "node:path";
import { ServiceError } from "@temporalio/client";
import { connectClient } from "../engine/connection.ts";
import { giveUpDeadAttempts, openHandle, startOrAttach } from "../engine/runs.ts";
import { ensureServer } from "../engine/server.ts";
import { startWorker } from "../engine/worker.ts";
import type { RunRequest } from "../schemas/plan.ts";
import { home } from "../store/home.ts";
import { loadRecord } from "../store/runs.ts";
import { EXIT, UserError } from "./errors.ts";
import { showProgress, type ProgressView } from "./progress-view.ts";

/**
 * Hosts a worker in this process and follows a run to its end. True when it was interrupted: the run is kept.
 * The first Ctrl-C stops gracefully, the second one leaves at once.
 */
export async function runToEnd(
  root: string,
  request: RunRequest,
  server: string | null,
  stream: NodeJS.WriteStream,
): Promise<boolean> {
  const address = await ensureServer(root, server);
  const client = await connectClient(address);
  const interruption = interruptions();
  let worker: { stop: () => Promise<void> } | undefined;
  let view: ProgressView | undefined;
  try {
    const attached = await openHandle(client, request.run);
    if (attached !== undefined) {
      const steps = await giveUpDeadAttempts(client, attached);
      if (steps.length > 0) stream.write(`Taking over from a worker that is gone: ${steps.join(", ")}.\n`);
    }
    worker = await startWorker(address, request.run, path.join(home.run(root, request.run), "engine.log"));
    const handle = await startOrAttach(client, request);
    view = showProgress(root, request.run, request.plan, stream);
    const ended = handle.result().then(
      () => "ended" as const,
      (error: unknown) => ({ error }),
    );
    const first = await Promise.race([ended, interruption.first]);
    await view.close();
    view = undefined;
    if (first === "interrupted") {
      stream.write(
        `\nStopping; the run is kept. Go on with 'reprise run ${request.plan.recipe.path}', or end it with ` +
          `'reprise cancel ${request.run}'. Ctrl-C again leaves at once.\n`,
      );
      return true;
    }
    // A failed or cancelled run says why in its record.
    if (first !== "ended" && (await loadRecord(root, request.run)) === undefined)
      throw lostServer(first.error, request);
    return false;
  } finally {
    await view?.close();
    await worker?.stop();
    interruption.dispose();
    await client.connection.close();
  }
}

/** Without its server a run can neither go on nor end; nothing of it is lost. */
function lostServer(error: unknown, { plan }: RunRequest): unknown {
  if (!(error instanceof ServiceError)) return error;
  const message = `The Temporal server went away. The run is kept: go on with 'reprise run ${plan.recipe.path}'.`;
  return new UserError(EXIT.failed, message);
}

function interruptions(): { first: Promise<"interrupted">; dispose: () => void } {
  let count = 0;
  let dispose = () => {};
  const first = new Promise<"interrupted">((resolve) => {
    const onSignal = () => {
      count += 1;
      if (count > 1) process.exit(EXIT.interrupted);
      resolve("interrupted");
    };
    process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
    dispose = () => process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  });
  return { first, dispose: () => dispose() };
}
