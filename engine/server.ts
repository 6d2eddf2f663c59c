import { once } from "node:events";
import { statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { execa } from "execa";
import getPort from "get-port";
import { lock } from "proper-lockfile";
import { identify, isAlive, signalGroup } from "../store/processes.ts";
import { EngineError } from "./errors.ts";
import { answers, keepHistories } from "./connection.ts";
import {
  databaseOf,
  forgetServer,
  identifyFolder,
  isLive,
  lastServer,
  leaveOtherPlace,
  liveServer,
  noteServer,
} from "./server-file.ts";
import { launchServer, serverArguments } from "./server-process.ts";
import { isStopped } from "./stopped.ts";
import { whyNotStarted } from "./why-not-started.ts";
import type { Store } from "../store/store.ts";

/** How often one is started that does not end by itself. */
const STARTS = 3;
const START_MS = 30_000;
const ANSWER_MS = 10_000;
const CLOCK_SLACK_SECONDS = 300;

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

/** The address of a server that answers: the one of TEMPORAL_ADDRESS, the running one, or a new one. */
export async function ensureServer(store: Store, binary: string | null): Promise<string> {
  for (let tries = 1; ; tries++) {
    const found = await tryServer(store, binary);
    if (typeof found === "string") return found;
    if (tries === STARTS || (await isStopped(store)))
      throw new EngineError(
        `The Temporal server was ended while it started (${found.ended}). Its log: ${store.local.server.log}`,
      );
  }
}

/** The address of a server that answers, or how one ended that somebody, or the kernel, ended before it did. */
async function tryServer(store: Store, binary: string | null): Promise<string | Ended> {
  const found = await findServer(store);
  if (found.state === "external") {
    if (await answers(found.address, ANSWER_MS)) return found.address;
    throw new EngineError(`No Temporal server answers at ${found.address}. Check TEMPORAL_ADDRESS.`);
  }
  if (found.state === "running") return await answerOf(store);
  if (binary === null) {
    throw new EngineError(
      "The Temporal server is missing. Run 'reprise setup', set REPRISE_SERVER to a 'temporal' binary, or set TEMPORAL_ADDRESS to a running server.",
    );
  }
  const release = await lockServer(store);
  try {
    const meanwhile = await liveServer(store);
    return meanwhile === undefined ? await start(store, binary) : await answerOf(store);
  } finally {
    await release();
  }
}

/** Waits for the answer of the server that runs, for as long as it does. */
async function answerOf(store: Store): Promise<string | Ended> {
  const server = await liveServer(store);
  const isGone = (): boolean => server === undefined || !isLive(store, server);
  if (server !== undefined && (await answers(server.address, START_MS, isGone))) return server.address;
  if (isGone()) return { ended: "it is gone" };
  throw new EngineError(
    `No Temporal server answers at ${server!.address}. Run 'reprise down' and try again.`,
  );
}

/** Two commands that start at once must not start two servers on one file. */
async function lockServer(store: Store): Promise<() => Promise<void>> {
  const { folder } = store.local.server;
  try {
    await mkdir(folder, { recursive: true });
    return await lock(folder, {
      onCompromised: () => {},
      retries: { retries: 60, minTimeout: 500, maxTimeout: 500 },
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new EngineError(
      code === "ELOCKED"
        ? `Another command has been starting the server of '${store.place}' for 30 s. Try again, or end that command.`
        : `'${folder}' cannot be written (${code}). Give this user the right to, or set REPRISE_HOME to another folder.`,
    );
  }
}

async function start(store: Store, binary: string): Promise<string | Ended> {
  const folder = store.local.server.folder;
  const version = await versionOf(binary);
  await leaveOtherPlace(store);
  const before = await lastServer(store);
  // The same address as before: those that are connected find it again.
  const known = before === undefined ? null : Number(before.address.split(":").at(-1));
  const port = known !== null && (await isFree(known)) ? known : await getPort();
  const database = databaseOf(store, version);
  refuseClock(database);
  const log = store.local.server.log;
  const saidBefore = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  const child = launchServer(folder, log, binary, serverArguments(database, port));
  let ended: { signal: NodeJS.Signals | null } | undefined;
  child.once("error", () => (ended = { signal: null })).once("exit", (_, signal) => (ended = { signal }));
  const address = `127.0.0.1:${port}`;
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  // Known before it answers: a command that is ended meanwhile must not leave a server that nobody finds.
  if (identity !== undefined)
    await noteServer(store, { process: identity, address, version, folder: identifyFolder(folder)! });
  if (await answers(address, START_MS, () => ended !== undefined)) {
    try {
      await keepHistories(address);
      return address;
    } catch (error) {
      if (ended === undefined) throw error;
    }
  }
  const signal = ended?.signal ?? null;
  if (identity !== undefined && isAlive(identity)) signalGroup(identity.pid, "SIGKILL");
  await forgetServer(store);
  if (signal !== null) return { ended: signal };
  throw new EngineError(await whyNotStarted(log, saidBefore, database));
}

async function versionOf(binary: string): Promise<string> {
  const { stdout, stderr } = await execa(binary, ["--version"], { reject: false, timeout: ANSWER_MS });
  const version = /Server ([0-9.]+)/.exec(stdout ?? "")?.[1];
  if (version !== undefined) return version;
  throw new EngineError(
    `'${binary}' is no Temporal server: it does not say which version it is. ${stderr ?? ""}`.trim(),
  );
}

/** Whether a port can be taken. (`get-port` keeps those that it gave to this process for itself.) */
async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, "127.0.0.1");
    await once(probe, "listening");
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}

/** Timers of a run would wait until a clock that went back has caught up. */
function refuseClock(database: string): void {
  const { mtimeMs } = statSync(database, { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
  const ahead = (mtimeMs - Date.now()) / 1000;
  if (ahead < CLOCK_SLACK_SECONDS) return;
  throw new EngineError(
    `The clock of this machine is wrong: it is ${Math.round(ahead)} s behind the last change of '${database}'. Set the clock, and try again.`,
  );
}
