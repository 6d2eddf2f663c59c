import { closeSync, constants, fstatSync, openSync, readSync, statSync, writeFileSync } from "node:fs";
import type { TrainerEvent } from "../schemas/generated/trainer-event.ts";
import { linesOf } from "../store/files.ts";
import { removeTree } from "../store/remove.ts";
import { EventTail, NO_FILE, type ReadEvents } from "../data/events/event-tail.ts";
import { hideInEvents } from "./secrets/hide-in-events.ts";

type WithoutTime<T> = T extends unknown ? Omit<T, "time"> : never;

/**
 * Appends to a step's event file, in the trainer's format, beside the program that appends to it too: never into a line
 * that the program has not ended.
 */
export class EventFile {
  readonly path: string;
  /** Events that wait for the end of a program's line. */
  #held: TrainerEvent[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Ends a line that a killed process left half written: it must not swallow the next one. What an earlier attempt put in the
   * file's place goes.
   */
  static async open(path: string): Promise<EventFile> {
    if (isFile(path) === false) await removeTree(path);
    const events = new EventFile(path);
    await events.settle();
    return events;
  }

  /** Appends an event, or keeps it until the program has ended its line. */
  async write(event: WithoutTime<TrainerEvent>): Promise<void> {
    this.#held.push({ ...event, time: Date.now() / 1000 });
    await this.flush();
  }

  /** Appends what was kept, if the file ends with a whole line by now. */
  flush(): Promise<void> {
    return this.#append(isWhole);
  }

  /** Appends what was kept, and ends a last line that nobody will end any more: its writer is gone. */
  settle(): Promise<void> {
    return this.#append((opened) => {
      if (!isWhole(opened)) writeFileSync(opened, "\n");
      return true;
    });
  }

  /** Hides secrets in what stands there, before the next event is written: who wrote it has ended. */
  hide(secrets: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      if (isFile(this.path)) await hideInEvents(this.path, secrets);
    });
  }

  /** Everything since this fingerprint's first attempt: not what an earlier plan of the run made. */
  async readOf(fingerprint: string): Promise<ReadEvents> {
    const { events, faults } = await new EventTail(this.path).rest();
    const other = events.findLastIndex(
      ({ row }) => row.event === "attempt" && row.fingerprint !== fingerprint,
    );
    const first = events.findIndex(({ row }, index) => index > other && row.event === "attempt");
    const since = events[first]?.line ?? Infinity;
    return {
      events: events.filter(({ line }) => line >= since),
      faults: faults.filter(({ line }) => (line ?? 0) > since),
    };
  }

  #append(mayWrite: (opened: number) => boolean): Promise<void> {
    return this.#inTurn(() => {
      const opened = openToAppend(this.path);
      try {
        if (mayWrite(opened) && this.#held.length > 0) writeFileSync(opened, linesOf(this.#held.splice(0)));
      } finally {
        closeSync(opened);
      }
    });
  }

  /** One after the other: two that look at once would both write what is held. */
  #inTurn(work: () => Promise<void> | void): Promise<void> {
    const next = this.#writing.then(work);
    this.#writing = next.catch(() => {});
    return next;
  }
}

/** Whether a place is a file; undefined where there is nothing. */
function isFile(place: string): boolean | undefined {
  try {
    return statSync(place, { throwIfNoEntry: false })?.isFile();
  } catch {
    return undefined;
  }
}

/** Opens a file, which need not be there, to read and append. Throws for what is no file, a pipe say. */
function openToAppend(file: string): number {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_RDWR } = constants;
  let opened: number | undefined;
  try {
    opened = openSync(file, O_APPEND | O_CREAT | O_NONBLOCK | O_RDWR);
    if (fstatSync(opened).isFile()) return opened;
  } catch (error) {
    if (!["EISDIR", "ENXIO"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
  if (opened !== undefined) closeSync(opened);
  throw new Error(`'${file}' is ${NO_FILE}`);
}

/** Whether an open file ends with a whole line; an empty one does. */
function isWhole(opened: number): boolean {
  const { size } = fstatSync(opened);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(opened, last, 0, 1, size - 1);
  return last.toString() === "\n";
}
