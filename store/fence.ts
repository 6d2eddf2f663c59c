import { randomUUID } from "node:crypto";
import path from "node:path";
import { readJson, writeJson } from "./files.ts";
import { endGroup, identify, isAlive, type ProcessIdentity } from "./processes.ts";

interface Owner {
  token: string;
  worker: ProcessIdentity;
  child: ProcessIdentity | null;
}

/** Another attempt has the step directory; it may be free later. */
export class FenceError extends Error {}

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

  /** Takes the directory over. Throws FenceError while another live worker holds it. */
  static async take(folder: string): Promise<Fence> {
    const fence = new Fence(folder);
    const before = await readJson<Owner>(fence.#file);
    const me = identify(process.pid)!;
    if (before !== undefined) {
      if (before.worker.pid !== me.pid && isAlive(before.worker)) {
        throw new FenceError(`another worker (process ${before.worker.pid}) works on this step`);
      }
      if (before.child !== null) await endGroup(before.child);
    }
    await writeJson(fence.#file, { token: fence.#token, worker: me, child: null } satisfies Owner);
    return fence;
  }

  /** Notes the child, so that a successor can end it. */
  async noteChild(pid: number): Promise<void> {
    const owner = await this.#held();
    await writeJson(this.#file, { ...owner, child: identify(pid) ?? null } satisfies Owner);
  }

  /** Throws FenceError if another attempt took the directory. */
  async check(): Promise<void> {
    await this.#held();
  }

  /** Whether the worker that took a directory last is dead, so that its attempt can be given up. */
  static async isAbandoned(folder: string): Promise<boolean> {
    const owner = await readJson<Owner>(path.join(folder, "owner.json"));
    return owner !== undefined && !isAlive(owner.worker);
  }

  async #held(): Promise<Owner> {
    const owner = await readJson<Owner>(this.#file);
    if (owner?.token !== this.#token) throw new FenceError("another attempt took this step over");
    return owner;
  }
}
