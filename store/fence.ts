import { randomUUID } from "node:crypto";
import { link, rename, rm, stat, utimes } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { readJson, writeJson } from "./files.ts";
import { endGroup, identify, isAlive, type ProcessIdentity } from "./processes.ts";

interface Owner {
  token: string;
  host: string;
  worker: ProcessIdentity;
  child: ProcessIdentity | null;
}

// Another host's processes cannot be looked at: its owner counts as alive while it touches the file.
const SILENT_MS = 3 * 60_000;

/** Another attempt has the step directory; it may be free later. */
export class FenceError extends Error {}

/** Directories that live attempts of this very process hold. */
const heldHere = new Set<string>();

/**
 * At most one live attempt per step directory. A successor first ends what a dead worker left behind; an attempt
 * whose token is no longer the directory's may not publish.
 */
export class Fence {
  readonly #file: string;
  readonly #token = randomUUID();

  private constructor(folder: string) {
    this.#file = path.join(folder, "owner.json");
  }

  /** Takes the directory over. Throws FenceError while another live attempt holds it. */
  static async take(folder: string): Promise<Fence> {
    const fence = new Fence(folder);
    if (heldHere.has(folder)) throw new FenceError("another attempt of this worker works on this step");
    heldHere.add(folder);
    try {
      await fence.#succeed();
      return fence;
    } catch (error) {
      heldHere.delete(folder);
      throw error;
    }
  }

  async #succeed(): Promise<void> {
    const before = await readJson<Owner>(this.#file);
    if (before !== undefined) {
      if (await holds(before, this.#file)) {
        throw new FenceError(
          `another worker (process ${before.worker.pid} on ${before.host}) works on this step`,
        );
      }
      if (before.child !== null && before.host === os.hostname()) await endGroup(before.child);
      await this.#remove(before.token);
    }
    const aside = `${this.#file}.${this.#token}`;
    const owner: Owner = {
      token: this.#token,
      host: os.hostname(),
      worker: identify(process.pid)!,
      child: null,
    };
    await writeJson(aside, owner);
    // A link fails when the file is there: of two successors only one gets through.
    await link(aside, this.#file).catch(() => {
      throw new FenceError("another attempt was faster");
    });
    await rm(aside);
  }

  /** Removes the dead owner's file, and only that one: another successor may have put its own there meanwhile. */
  async #remove(token: string): Promise<void> {
    const old = `${this.#file}.${this.#token}.old`;
    await rename(this.#file, old).catch(() => {
      throw new FenceError("another attempt was faster");
    });
    if ((await readJson<Owner>(old))?.token !== token) {
      await rename(old, this.#file);
      throw new FenceError("another attempt was faster");
    }
    await rm(old);
  }

  /** Notes the child, so that a successor can end it. */
  async noteChild(pid: number): Promise<void> {
    const owner = await this.#held();
    await writeJson(this.#file, { ...owner, child: identify(pid) ?? null } satisfies Owner);
  }

  /** Tells other hosts that this attempt lives. */
  async touch(): Promise<void> {
    await utimes(this.#file, new Date(), new Date()).catch(() => {});
  }

  /** Throws FenceError if another attempt took the directory. */
  async check(): Promise<void> {
    await this.#held();
  }

  /** Gives the directory free, unless another attempt took it. */
  async release(): Promise<void> {
    heldHere.delete(path.dirname(this.#file));
    const owner = await readJson<Owner>(this.#file);
    if (owner?.token === this.#token) await rm(this.#file, { force: true });
  }

  async #held(): Promise<Owner> {
    const owner = await readJson<Owner>(this.#file);
    if (owner?.token !== this.#token) throw new FenceError("another attempt took this step over");
    return owner;
  }
}

/** Whether a live attempt works in a step directory. */
export async function isHeld(folder: string): Promise<boolean> {
  const file = path.join(folder, "owner.json");
  const owner = await readJson<Owner>(file).catch(() => undefined);
  return owner !== undefined && holds(owner, file);
}

async function holds({ host, worker }: Owner, file: string): Promise<boolean> {
  // An attempt of this process that holds the directory is known without the file.
  if (host === os.hostname()) return worker.pid !== process.pid && isAlive(worker);
  const { mtimeMs } = await stat(file);
  return Date.now() - mtimeMs < SILENT_MS;
}
