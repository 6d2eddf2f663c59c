import { setMaxListeners } from "node:events";
import { statfsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError, WorkflowNotFoundError, type Client } from "@temporalio/client";
import { TransportError } from "@temporalio/worker";
import type { RunRequest } from "../schemas/plan.ts";
import { DISK_FULL } from "../core/step-failure.ts";
import { EngineError } from "./errors.ts";
import { requireOpenFiles } from "./open-files.ts";
import { giveUpLostAttempts, isKnown, openHandle, startRun, type Handle } from "./runs.ts";
import { connectServer, ensureServer, findServer } from "./server.ts";
import {
  identifyFolder,
  isLive,
  isSameFolder,
  liveServer,
  type FolderIdentity,
  type RunningServer,
} from "./server-file.ts";
import { forgetStopped, isStopped } from "./stopped.ts";
import type { RunningWorker } from "./running-worker.ts";
import { startWorker } from "./worker.ts";
import type { Store } from "../store/store.ts";

const LOOK_MS = 1_000;
const LOOKS_PER_SWEEP = 3;
const LOOKS_UNTIL_FULL = 3;
const LEAST_FREE_BYTES = 256 * 1024;

// A call that takes longer is made again if the server answers others.
const CALL_MS = 12_000;

// gRPC: cancelled, unknown, deadline exceeded, resource exhausted, aborted, internal, unavailable.
const AWAY = new Set([1, 2, 4, 8, 10, 13, 14]);

// gRPC: failed precondition.
const NO_WORKER = 9;

/** Whether an error is that of a server that is away for a while; others would come again. */
const isAway = (error: unknown): boolean =>
  error instanceof TransportError ||
  (error instanceof ServiceError && AWAY.has((error.cause as { code?: number } | undefined)?.code ?? 2));

/** Whether nobody was there to answer a run's query: its last worker went meanwhile. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof ServiceError && (error.cause as { code?: number } | undefined)?.code === NO_WORKER;

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/**
 * A connection to the server of a store, which outlives the server: a dead one is started again at the same address, and
 * attempts whose worker is gone are given up, for as long as the session is open.
 */
export class Session {
  readonly client: Client;
  readonly address: string;
  readonly #store: Store;
  readonly #binary: string | null;
  /** Where the files are that it goes by. */
  readonly #folder: FolderIdentity | null;
  /** The server as it was seen last: each look that reads files by the thread pool wakes this process seven times. */
  #server: RunningServer | undefined;
  readonly #workers: RunningWorker[] = [];
  readonly #watched = new Set<Handle>();
  readonly #abort = new AbortController();
  #tellTrouble: (error: Error) => void = () => {};
  /** Resolves with what makes it useless to go on: a full disk, a server that cannot be had, a broken worker. */
  readonly trouble = new Promise<Error>((resolve) => (this.#tellTrouble = resolve));
  #closed = false;
  readonly #watching: Promise<void>;

  private constructor(store: Store, binary: string | null, address: string, client: Client) {
    this.#store = store;
    this.#binary = binary;
    // An external server has no files here.
    this.#folder = identifyFolder(store.local.server.folder) ?? identifyFolder(store.place);
    this.address = address;
    this.client = client;
    this.#watching = this.#watch();
  }

  static async open(store: Store, binary: string | null): Promise<Session> {
    requireOpenFiles();
    await forgetStopped(store);
    const { address, client } = await connectServer(store, binary);
    return new Session(store, binary, address, client);
  }

  /** The handle of a run whose workflow is open; attempts whose worker is gone are given up first. */
  async attach(run: string): Promise<{ handle: Handle; lost: string[] } | undefined> {
    const handle = await this.lasting(() => openHandle(this.client, run, this.#store));
    if (handle === undefined) return undefined;
    const lost = await this.lasting(() => giveUpLostAttempts(this.client, handle, true));
    this.#watched.add(handle);
    return { handle, lost };
  }

  /** Whether the server has a run's workflow, open or closed. */
  knows(run: string): Promise<boolean> {
    return this.lasting(() => isKnown(this.client, run));
  }

  /** Starts a run whose workflow is not open; if another one has done so meanwhile, its workflow is the run's. */
  async start(request: RunRequest): Promise<Handle> {
    const handle = await this.lasting(() => startRun(this.client, request, this.#store));
    this.#watched.add(handle);
    return handle;
  }

  /** Works on a run in this process, until the session ends or the worker is stopped. */
  async work(run: string, logFile: string): Promise<RunningWorker> {
    const worker = await this.lasting(() => startWorker(this.address, this.#store, run, logFile), null);
    worker.failed.then(this.#tellTrouble, () => {});
    this.#workers.push(worker);
    if (this.#closed) await worker.stop();
    return worker;
  }

  /** Asks something of a run's workflow; undefined if it is over. Waits for a server that is away. */
  async ask<T>(handle: Handle, question: (handle: Handle) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.lasting(() => question(handle));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  /** How a run's workflow ended: nothing, or its error. Waits for a server that is away. */
  async resultOf(handle: Handle): Promise<{ error: unknown }> {
    try {
      await this.lasting(() => handle.result(), null);
      return { error: null };
    } catch (error) {
      return { error };
    } finally {
      this.#watched.delete(handle);
    }
  }

  /** Stops this session's workers, gracefully, and lets go of the server, which goes on. */
  async close(): Promise<void> {
    this.#closed = true;
    // A question that still waits for its answer would keep this process for 20 s.
    this.#abort.abort();
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    await this.#watching;
    await this.client.connection.close();
  }

  /** A call that is made again when the server went away in its middle and is back. `limit`: how long one may take (ms). */
  async lasting<T>(call: () => Promise<T>, limit: number | null = CALL_MS): Promise<T> {
    for (;;) {
      try {
        return await this.#asked(call, limit);
      } catch (error) {
        if (this.#closed || !isAway(error)) throw error;
        await this.#bringBack();
        await sleep(LOOK_MS);
      }
    }
  }

  /** A call that is given up when the session closes: who answers at the address may be no server at all. */
  #asked<T>(call: () => Promise<T>, limit: number | null = CALL_MS): Promise<T> {
    // One of its own: the client never takes its listeners off a signal.
    const signal = AbortSignal.any([this.#abort.signal]);
    setMaxListeners(0, signal);
    const asked = () => this.client.withAbortSignal(signal, call);
    return limit === null ? asked() : this.client.withDeadline(Date.now() + limit, asked);
  }

  async #bringBack(): Promise<void> {
    this.#refuseOtherFolder();
    if (await isStopped(this.#store))
      throw new EngineError(
        "The server of this folder was stopped by 'reprise down'. Runs are kept: 'reprise run' or 'reprise resume' goes on with one.",
      );
    this.#refuseOther(await ensureServer(this.#store, this.#binary));
  }

  async #lookForServer(): Promise<void> {
    const found = await findServer(this.#store);
    if (found.state !== "stopped") this.#refuseOther(found.address);
    else if (!this.#closed) await this.#bringBack();
    if (found.state === "external") return;
    const server = await liveServer(this.#store);
    this.#server = server?.address === this.address ? server : undefined;
  }

  /** A store that was removed under a run must not be made again by it. */
  #refuseOtherFolder(): void {
    if (this.#folder === null || isSameFolder(this.#folder)) return;
    throw new EngineError(
      `The folder '${this.#folder.path}' was removed or moved while it was in use. Run the command again: what the store still has is reused.`,
    );
  }

  #refuseOther(address: string): void {
    if (address === this.address) return;
    throw new EngineError(
      `The Temporal server died, and another program has taken its port ${this.address}. The run is kept; run the command again.`,
    );
  }

  async #watch(): Promise<void> {
    let full = 0;
    for (let look = 1; !this.#closed; look++) {
      // Whoever closes the session waits for this.
      await sleep(LOOK_MS, undefined, { signal: this.#abort.signal }).catch(() => {});
      if (this.#closed) return;
      try {
        this.#refuseOtherFolder();
        // On a full disk the server can neither note a failure nor go on.
        full = freeBytes(this.#store.place) < LEAST_FREE_BYTES ? full + 1 : 0;
        if (full === LOOKS_UNTIL_FULL) this.#tellTrouble(new EngineError(DISK_FULL));
        if (this.#server === undefined || !isLive(this.#store, this.#server)) await this.#lookForServer();
        if (look % LOOKS_PER_SWEEP === 0)
          for (const handle of this.#watched)
            await this.#asked(() => giveUpLostAttempts(this.client, handle, false));
      } catch (error) {
        // Of a server that is away for a moment, whoever needs it hears.
        if (error instanceof EngineError) this.#tellTrouble(error);
      }
    }
  }
}
