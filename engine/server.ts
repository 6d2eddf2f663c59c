import type { Client } from "@temporalio/client";
import type { Wanted } from "./connection.ts";
import { isAlive, signalGroup } from "../store/processes.ts";
import { EngineError } from "./errors.ts";
import { beginServer, type BegunServer } from "./begin-server.ts";
import { forgetServer, isLive, liveServer } from "./server-file.ts";
import { isStopped } from "./stopped.ts";
import { whyNotStarted } from "./why-not-started.ts";
import type { Store } from "../store/store.ts";

/** How often one is started that does not end by itself. */
const STARTS = 3;
const START_MS = 30_000;
const ANSWER_MS = 10_000;

/** A server that answers, and a client of it. */
export interface ConnectedServer {
  address: string;
  client: Client;
}

/** By what a server was ended: a signal's name, as far as it is known. */
interface Ended {
  ended: string;
}

export type ServerState =
  | { state: "external"; address: string }
  | { state: "running"; address: string; version: string }
  | { state: "stopped" };

/** The server that this store would use now; nothing is started. */
export async function findServer(store: Store, environment = process.env): Promise<ServerState> {
  const external = environment["TEMPORAL_ADDRESS"];
  if (external) return { state: "external", address: external };
  const known = await liveServer(store);
  if (known === undefined) return { state: "stopped" };
  return { state: "running", address: known.address, version: known.version };
}

/** Begins the server that `connectServer` will want, if it must be begun; what cannot be done is told there. */
export async function beginSoon(store: Store, binary: string | null): Promise<void> {
  const { state } = await findServer(store);
  if (state === "stopped" && binary !== null) await beginServer(store, binary).catch(() => {});
}

/** The address of a server that answers, as `connectServer` finds it. */
export async function ensureServer(store: Store, binary: string | null): Promise<string> {
  const { address, client } = await connectServer(store, binary);
  await client.connection.close();
  return address;
}

/** A server that answers: the one of TEMPORAL_ADDRESS, the running one, or a new one. */
export async function connectServer(store: Store, binary: string | null): Promise<ConnectedServer> {
  for (let tries = 1; ; tries++) {
    const found = await tryServer(store, binary);
    if (!("ended" in found)) return found;
    if (tries === STARTS || (await isStopped(store)))
      throw new EngineError(
        `The Temporal server was ended while it started (${found.ended}). Its log: ${store.local.server.log}`,
      );
  }
}

/** A server that answers, or how one ended that somebody, or the kernel, ended before it did. */
async function tryServer(store: Store, binary: string | null): Promise<ConnectedServer | Ended> {
  const found = await findServer(store);
  if (found.state === "external") {
    const connected = await connect({ address: found.address, within: ANSWER_MS, own: false });
    if (connected !== null) return connected;
    throw new EngineError(`No Temporal server answers at ${found.address}. Check TEMPORAL_ADDRESS.`);
  }
  const begun = found.state === "running" ? undefined : await beginServer(store, binary);
  return begun === undefined ? answerOfRunning(store) : answerOfBegun(store, begun);
}

/** Waits for the answer of the server that runs, for as long as it does. */
async function answerOfRunning(store: Store): Promise<ConnectedServer | Ended> {
  const server = await liveServer(store);
  const isGone = (): boolean => server === undefined || !isLive(store, server);
  const connected =
    server === undefined
      ? null
      : await connect({ address: server.address, within: START_MS, own: true, isGone });
  if (connected !== null) return connected;
  if (isGone()) return { ended: "it is gone" };
  throw new EngineError(
    `No Temporal server answers at ${server!.address}. Run 'reprise down' and try again.`,
  );
}

async function answerOfBegun(store: Store, begun: BegunServer): Promise<ConnectedServer | Ended> {
  const { address, identity, database, saidBefore, ended } = begun;
  const isGone = () => ended() !== undefined;
  const connected = await connect({ address, within: START_MS, own: true, isGone });
  if (connected !== null) return connected;
  const signal = ended()?.signal ?? null;
  if (identity !== undefined && isAlive(identity)) signalGroup(identity.pid, "SIGKILL");
  await forgetServer(store);
  if (signal !== null) return { ended: signal };
  throw new EngineError(await whyNotStarted(store.local.server.log, saidBefore, database));
}

/** Temporal's SDK is loaded when a server was begun: beside its start. */
async function connect(wanted: Wanted): Promise<ConnectedServer | null> {
  const { connectClient } = await import("./connection.ts");
  const client = await connectClient(wanted);
  return client === null ? null : { address: wanted.address, client };
}
