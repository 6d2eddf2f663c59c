import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { rmdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { jsonText, readSmallIfWhole, writeSoon } from "./files.ts";
import { beat, presenceOf } from "./presence.ts";
import { identify, standingOf, type ProcessIdentity, type Standing } from "./processes.ts";
import { endLeftovers } from "./step-processes.ts";

interface Owner {
  token: string;
  /** For people. */
  host: string;
  worker: ProcessIdentity;
  child: ProcessIdentity | null;
  /** The attempt is over: whoever comes next need not look at its processes. */
  released: boolean;
}

/** An owner with its place in the row of owners. */
interface Placed {
  turn: number;
  owner: Owner | undefined;
}

const LOOK_MS = 1_000;

/** Another attempt has the step directory; it may be free later. */
export class FenceError extends Error {}

/** Directories that live attempts of this very process hold. */
const heldHere = new Set<string>();

const nameOf = (turn: number): string => `owner-${turn}.json`;

/** Of the file that an owner holds open, and forks of its process with it. */
const heldBy = (token: string): string => `owner-${token}.held`;

/** Whether a name in a step directory is the fence's. */
export const isFenceFile = (name: string): boolean => name.startsWith("owner-");

/**
 * At most one live attempt per step directory. Each owner has a file of its own with the next number, and the highest
 * number holds: of two successors only one can make the next file, and nobody ever touches another one's. A successor
 * first ends what a dead worker left behind; an attempt that is no longer the highest may not publish.
 */
export class Fence {
  readonly #folder: string;
  readonly #turn: number;
  readonly #held: number;
  #owner: Owner;
  #over = false;

  private constructor(folder: string, turn: number, owner: Owner, held: number) {
    this.#folder = folder;
    this.#turn = turn;
    this.#owner = owner;
    this.#held = held;
  }

  /** Takes the directory over. Throws FenceError while another live attempt holds it. */
  static async take(folder: string): Promise<Fence> {
    if (heldHere.has(folder)) throw new FenceError("another attempt of this worker works on this step");
    heldHere.add(folder);
    try {
      return await Fence.#succeed(folder);
    } catch (error) {
      heldHere.delete(folder);
      throw error;
    }
  }

  static async #succeed(folder: string): Promise<Fence> {
    const before = highest(folder);
    if (before?.owner !== undefined && (await standingIn(folder, before)) !== "gone") {
      const { worker, host } = before.owner;
      throw new FenceError(`another worker (process ${worker.pid} on ${host}) works on this step`);
    }
    const turn = (before?.turn ?? 0) + 1;
    const owner: Owner = {
      token: randomUUID(),
      host: os.hostname(),
      worker: identify(process.pid)!,
      child: null,
      released: false,
    };
    const aside = path.join(folder, heldBy(owner.token));
    const held = openNew(aside);
    const fence = new Fence(folder, turn, owner, held);
    try {
      writeFileSync(held, jsonText(owner));
    } catch (error) {
      fence.#letGo();
      throw error;
    }
    try {
      // A link fails when the file is there.
      linkSync(aside, path.join(folder, nameOf(turn)));
    } catch (error) {
      fence.#letGo();
      const { code } = error as NodeJS.ErrnoException;
      // ENOENT: whoever was faster has finished, and cleared the directory.
      if (code === "EEXIST" || code === "ENOENT") throw new FenceError("another attempt was faster");
      throw new Error(
        `'${folder}' is on a file system without hard links (${code}); set REPRISE_HOME to another one`,
        {
          cause: error,
        },
      );
    }
    // While this one looked away, others may have come, worked, and cleared the row.
    const predecessor = before === null ? undefined : readOwner(folder, before.turn);
    if (predecessor === null || predecessor?.token !== before?.owner?.token) {
      fence.#letGo();
      unlinkIfThere(path.join(folder, nameOf(turn)));
      throw new FenceError("another attempt was faster");
    }
    // Only now: one that was taken over notes no child any more that would be missed here.
    await fence.#endEarlier().catch(async (error: unknown) => {
      await fence.release();
      throw error;
    });
    return fence;
  }

  /** Ends what earlier owners left. All of them: the last one may have died before it was through with this. */
  async #endEarlier(): Promise<void> {
    const earlier = turnsIn(this.#folder).filter((turn) => turn < this.#turn);
    for (const turn of earlier) {
      const owner = readOwner(this.#folder, turn);
      if (owner == null) continue;
      const { token, child: leader, worker, released } = owner;
      // One that released the step has closed its file.
      const held = released ? {} : { held: { name: heldBy(token), worker: worker.pid } };
      await endLeftovers({ mark: token, leader, ...held });
      unlinkIfThere(path.join(this.#folder, heldBy(token)));
    }
    for (const turn of earlier)
      if (turn < this.#turn - 1) unlinkIfThere(path.join(this.#folder, nameOf(turn)));
  }

  /** Names this attempt: its processes carry it, so that a successor can end them. */
  get mark(): string {
    return this.#owner.token;
  }

  /** Notes the child, so that a successor can end it also where marks are not to be read. */
  async noteChild(pid: number): Promise<void> {
    await this.check();
    await this.#write({ ...this.#owner, child: identify(pid) ?? null });
    // A successor that came before the note has not seen it, and is seen here.
    await this.check();
  }

  /** Tells other hosts that this attempt lives. */
  async touch(): Promise<void> {
    await beat(this.#file);
  }

  /** Throws FenceError if another attempt took the directory. */
  check(): Promise<void> {
    const now = highest(this.#folder);
    return now?.owner?.token === this.#owner.token
      ? Promise.resolve()
      : Promise.reject(new FenceError("another attempt took this step over"));
  }

  /** Gives the directory free; what is in it stays for the next attempt. */
  async release(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    // Also where the disk is full: a file can always be removed.
    if (this.#isOwn())
      await this.#write({ ...this.#owner, released: true }).catch(() => unlinkIfThere(this.#file));
    this.#letGo();
    heldHere.delete(this.#folder);
  }

  /** Gives a directory free in which nothing is left to do; it goes soon after. What a successor has put there stays. */
  clear(): Promise<void> {
    return Promise.resolve().then(() => this.#clear());
  }

  #clear(): void {
    if (this.#over) return;
    this.#over = true;
    const isOwn = this.#isOwn();
    this.#letGo();
    if (isOwn) {
      for (const turn of turnsIn(this.#folder))
        if (turn <= this.#turn) unlinkIfThere(path.join(this.#folder, nameOf(turn)));
      // Refused where a successor works. A disk that is told of each block that is free takes as long for it as for a flush.
      void rmdir(this.#folder).catch(() => {});
    }
    heldHere.delete(this.#folder);
  }

  /** A network disk keeps a file under another name as long as it is open: it is closed first. */
  #letGo(): void {
    closeSync(this.#held);
    try {
      unlinkIfThere(path.join(this.#folder, heldBy(this.#owner.token)));
    } catch {
      // It says nothing any more.
    }
  }

  /** Others may have come since, have cleared the row, and begun it anew: then this turn is another one's. */
  #isOwn(): boolean {
    const owner = readOwner(this.#folder, this.#turn);
    return owner?.token === this.#owner.token;
  }

  get #file(): string {
    return path.join(this.#folder, nameOf(this.#turn));
  }

  async #write(owner: Owner): Promise<void> {
    this.#owner = owner;
    // After a power cut every owner is dead, whatever its file says.
    await writeSoon(this.#file, owner);
  }
}

/** Whether a live attempt works in a step directory. Of another host's this takes a while, at most a minute. */
export async function isHeld(folder: string): Promise<boolean> {
  for (;;) {
    const now = highest(folder);
    if (now?.owner === undefined) return false;
    const standing = await standingIn(folder, now);
    if (standing !== "unknown") return standing === "alive";
    await sleep(LOOK_MS);
  }
}

/** The program that the newest attempt in a step directory has noted; null without one. */
export const childIn = (folder: string): Promise<ProcessIdentity | null> =>
  Promise.resolve(highest(folder)?.owner?.child ?? null);

/** Opens a file whose name is nobody else's. Whoever held the folder may just have removed it. */
function openNew(file: string): number {
  try {
    return openSync(file, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(path.dirname(file), { recursive: true });
    return openSync(file, "wx");
  }
}

/** The owner of a turn: undefined where its file holds none, as a power cut may leave it, and null where it is gone. */
function readOwner(folder: string, turn: number): Owner | undefined | null {
  const file = path.join(folder, nameOf(turn));
  // A second look: the file may have gone and come anew between reading it and asking for it.
  for (let look = 0; look < 2; look++) {
    const owner = readSmallIfWhole<Owner>(file, "token");
    if (owner !== undefined) return owner;
    if (!existsSync(file)) return null;
  }
  return undefined;
}

function unlinkIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function turnsIn(folder: string): number[] {
  return namesIn(folder)
    .flatMap((name) => /^owner-([0-9]+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number);
}

/** The owner with the highest number, or null when there never was one. */
function highest(folder: string): Placed | null {
  for (;;) {
    const turns = turnsIn(folder);
    if (turns.length === 0) return null;
    const turn = Math.max(...turns);
    const owner = readOwner(folder, turn);
    // The row was cleared between listing and reading it: what comes now may be another one.
    if (owner !== null) return { turn, owner };
  }
}

/** Whether an owner still works in a directory. */
async function standingIn(folder: string, { turn, owner }: Placed): Promise<Standing> {
  if (owner === undefined || owner.released) return "gone";
  // An attempt of this process that holds the directory is known without the file.
  if (owner.worker.pid === process.pid && standingOf(owner.worker) === "alive") return "gone";
  return presenceOf(owner.worker, path.join(folder, nameOf(turn)));
}
