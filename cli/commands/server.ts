import { existsSync } from "node:fs";
import { findToolchain } from "../../host/toolchain.ts";
import { EXIT, UserError } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { prepared } from "../set-up.ts";
import { writable } from "../writable.ts";
import { storeHere } from "../store-here.ts";
import type { Store } from "../../store/store.ts";

/** Starts this folder's server, or finds it running. */
export async function up({ json = false }: { json?: boolean }): Promise<number> {
  const store = await writable(storeHere());
  const { ensureServer } = await import("../../engine/server.ts");
  const { forgetStopped } = await import("../../engine/stopped.ts");
  await forgetStopped(store);
  await prepared("server");
  const address = await ensureServer(store, findToolchain().server);
  if (json) sayJson({ address });
  else say(`The Temporal server answers at ${address}. 'reprise down' stops it.`);
  return EXIT.done;
}

/** Stops this folder's server. Runs that are not over are kept; one that is being worked on is stopped only by force. */
export async function down({
  json = false,
  force = false,
}: {
  json?: boolean;
  force?: boolean;
}): Promise<number> {
  const store = storeHere();
  const { stopServer } = await import("../../engine/stop-server.ts");
  const { liveServer } = await import("../../engine/server-file.ts");
  const { noteStopped } = await import("../../engine/stopped.ts");
  // A copied folder names workers of the original: what they work on is none of its business.
  if (!force && (await liveServer(store)) !== undefined) await refuseWhileWorking(store);
  if (existsSync(store.local.server.folder)) await noteStopped(store);
  const stopped = await stopServer(store);
  if (json) sayJson({ stopped });
  else
    say(
      stopped ? "The server is stopped; unfinished runs are kept." : "No server of this folder was running.",
    );
  return EXIT.done;
}

async function refuseWhileWorking(store: Store): Promise<void> {
  const working = await Promise.all(
    (await store.runs.list()).map(async (run) => {
      const workers = await store.local.liveWorkers(run);
      return workers.length === 0 ? [] : [`${run} (${workers.join(", ")})`];
    }),
  );
  const names = working.flat();
  if (names.length === 0) return;
  throw new UserError(
    EXIT.failed,
    `The server is in use: ${names.join(", ")}. End the work first, with Ctrl-C there or 'reprise pause'; 'reprise down --force' stops the server, and the work with it.`,
  );
}
