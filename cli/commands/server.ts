import { findToolchain } from "../../activities/toolchain.ts";
import { home } from "../../store/home.ts";
import { EXIT } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { writable } from "../writable.ts";

/** Starts this folder's server, or finds it running. */
export async function up({ json = false }: { json?: boolean }): Promise<number> {
  const root = await writable(home.find(process.cwd(), process.env));
  const { ensureServer } = await import("../../engine/server.ts");
  const address = await ensureServer(root, findToolchain().server);
  if (json) sayJson({ address });
  else say(`The Temporal server answers at ${address}. 'reprise down' stops it.`);
  return EXIT.done;
}

/** Stops this folder's server. Runs that are not over are kept. */
export async function down({ json = false }: { json?: boolean }): Promise<number> {
  const { stopServer } = await import("../../engine/server.ts");
  const stopped = await stopServer(home.find(process.cwd(), process.env));
  if (json) sayJson({ stopped });
  else
    say(
      stopped ? "The server is stopped; unfinished runs are kept." : "No server of this folder was running.",
    );
  return EXIT.done;
}
