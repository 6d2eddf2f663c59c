import { once } from "node:events";
import { statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import getPort from "get-port";
import { lock } from "proper-lockfile";
import { identify, type ProcessIdentity } from "../store/processes.ts";
import { EngineError } from "./errors.ts";
import {
  databaseOf,
  identifyFolder,
  lastServer,
  leaveOtherPlace,
  liveServer,
  noteServer,
} from "./server-file.ts";
import { launchServer, serverArguments } from "./server-process.ts";
import { furtherName, shortenName } from "./server-program.ts";
import { versionOf } from "./server-version.ts";
import type { Store } from "../store/store.ts";

const CLOCK_SLACK_SECONDS = 300;

/** A server that was just begun, and does not answer yet. */
export interface BegunServer {
  address: string;
  identity: ProcessIdentity | undefined;
  database: string;
  /** Where its own words begin in its log. */
  saidBefore: number;
  /** How it has ended, once it has: by which signal, if by one. */
  ended: () => { signal: NodeJS.Signals | null } | undefined;
}

/** Begins a store's server, unless one is there. Temporal's SDK, which takes as long to load as a server to start, is not needed here. */
export async function beginServer(store: Store, binary: string | null): Promise<BegunServer | undefined> {
  if (binary === null) {
    throw new EngineError(
      "The Temporal server is missing. Run 'reprise setup', set REPRISE_SERVER to a 'temporal' binary, or set TEMPORAL_ADDRESS to a running server.",
    );
  }
  const release = await lockServer(store);
  try {
    return (await liveServer(store)) === undefined ? await begin(store, binary) : undefined;
  } finally {
    await release();
  }
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

async function begin(store: Store, binary: string): Promise<BegunServer> {
  const { folder, log, program } = store.local.server;
  const version = await versionOf(binary);
  await leaveOtherPlace(store);
  const before = await lastServer(store);
  // The same address as before: those that are connected find it again.
  const known = before === undefined ? null : Number(before.address.split(":").at(-1));
  const port = known !== null && (await isFree(known)) ? known : await getPort();
  const database = databaseOf(store, version);
  refuseClock(database);
  const saidBefore = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  const named = furtherName(binary, program);
  const child = launchServer(folder, log, named, serverArguments(database, port));
  let ended: { signal: NodeJS.Signals | null } | undefined;
  child.once("error", () => (ended = { signal: null })).once("exit", (_, signal) => (ended = { signal }));
  const address = `127.0.0.1:${port}`;
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  // Known before it answers: a command that is ended meanwhile must not leave a server that nobody finds.
  if (identity !== undefined)
    await noteServer(store, { process: identity, address, version, folder: identifyFolder(folder)! });
  if (child.pid !== undefined && named === program)
    await shortenName(program, child.pid, `temporal ${version}\n`);
  return { address, identity, database, saidBefore, ended: () => ended };
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
