import { closeSync, constants, fstatSync, openSync, read as readAt, readSync } from "node:fs";
import { promisify } from "node:util";
import type { TrainerEvent } from "../../schemas/generated/trainer-event.ts";
import { readEventLine } from "./event-faults.ts";
import type { LineFault } from "../rows/faults.ts";
import type { Row } from "../rows/read-rows.ts";

/** What is said of a folder or a pipe in the place of an event file. */
export const NO_FILE = "no file any more: a program must append to it, and leave it where it is";

/** What stands in an event file, or a part of it, each with its line. */
export interface ReadEvents {
  events: Row<TrainerEvent>[];
  faults: LineFault[];
}

/**
 * Reads an event file as it grows, and checks every line: the one place where events are read. A last line without a line
 * feed may still be written; only `rest` looks at it. In a file that is put in its place with other bytes, as where secrets
 * are hidden, it goes on at the same line.
 */
export class EventTail {
  readonly #file: string;
  #inode: number | undefined;
  #offset = 0;
  #line = 0;
  /** Lines that were given before the file was put in place anew. */
  #known = 0;
  #unfinished: Buffer = Buffer.alloc(0);

  constructor(file: string) {
    this.#file = file;
  }

  /** Whether the file has anything. */
  get hasBegun(): boolean {
    return this.#offset > 0;
  }

  /** The events of the lines that are whole by now, and were not at the last call. A file that is not there has none. */
  async read(): Promise<ReadEvents> {
    const added = await this.#added();
    if (added === null)
      return { events: [], faults: [{ line: null, cause: "no file", text: `it is ${NO_FILE}.` }] };
    const bytes = this.#unfinished.length === 0 ? added : Buffer.concat([this.#unfinished, added]);
    const read: ReadEvents = { events: [], faults: [] };
    let start = 0;
    for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
      this.#take(bytes.subarray(start, end), read);
      start = end + 1;
    }
    this.#unfinished = bytes.subarray(start);
    return read;
  }

  /** As `read`, with the last line: its writer has ended, so that what is missing of it will not come. */
  async rest(): Promise<ReadEvents> {
    const read = await this.read();
    const before = read.faults.length;
    if (this.#unfinished.length > 0) this.#take(this.#unfinished, read);
    this.#unfinished = Buffer.alloc(0);
    const torn = read.faults[before];
    if (torn !== undefined)
      read.faults.splice(before, Infinity, {
        line: torn.line,
        cause: "torn",
        text: `the last line is not whole, and its program has ended: ${torn.text}`,
      });
    return read;
  }

  #take(bytes: Buffer, { events, faults }: ReadEvents): void {
    const line = ++this.#line;
    if (line <= this.#known) return;
    const read = readEventLine(bytes);
    if ("faults" in read) faults.push(...read.faults.map((fault) => ({ ...fault, line })));
    else if (read.event !== null) events.push({ row: read.event, line });
  }

  /** The bytes that came to it; null of what is no file. */
  async #added(): Promise<Buffer | null> {
    const opened = openReading(this.#file);
    if (opened === null) return null;
    if (opened === undefined) return Buffer.alloc(0);
    try {
      const stats = fstatSync(opened);
      if (!stats.isFile()) return null;
      const { ino, size } = stats;
      if (this.#inode !== undefined && ino !== this.#inode) {
        this.#known = Math.max(this.#known, this.#line);
        this.#offset = this.#line = 0;
        this.#unfinished = Buffer.alloc(0);
      }
      this.#inode = ino;
      if (size <= this.#offset) return Buffer.alloc(0);
      const bytes = Buffer.alloc(size - this.#offset);
      const given = [opened, bytes, 0, bytes.length, this.#offset] as const;
      const read = bytes.length > AT_ONCE_BYTES ? (await readBytes(...given)).bytesRead : readSync(...given);
      this.#offset += read;
      return bytes.subarray(0, read);
    } finally {
      closeSync(opened);
    }
  }
}

// To leave it to a thread takes longer than to read so much.
const AT_ONCE_BYTES = 64 * 1024;

const readBytes = promisify(readAt);

/** Null of a pipe, undefined of what cannot be opened. A pipe that nobody writes to would be waited for. */
function openReading(file: string): number | null | undefined {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENXIO" ? null : undefined;
  }
}

/** All events of a file that can be read, for what only shows or counts them; none where there is no file. */
export const eventsIn = async (file: string): Promise<TrainerEvent[]> =>
  (await new EventTail(file).rest()).events.map(({ row }) => row);
