import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

// Each build has its own.
const MOST = 24;

const LENGTH_BYTES = 8;
// V8 copies what does not begin at such a place.
const ALIGNED = 8;

/**
 * What V8 made of our files' text in earlier calls, by the files' names. A file's part is read when it is asked for: a call needs few of them.
 */
export class Compiled {
  readonly #opened: number;
  #other: Buffer = Buffer.alloc(0);
  readonly #parts = new Map<string, { at: number; length: number }>();

  private constructor(opened: number) {
    this.#opened = opened;
    const length = this.#twice(0, LENGTH_BYTES).readUInt32LE();
    let at = 2 * LENGTH_BYTES;
    const table = this.#twice(at, length).toString();
    at += 2 * length;
    for (const [name, bytes] of JSON.parse(table) as [string, number][]) {
      this.#parts.set(name, { at, length: bytes });
      at += 2 * bytes;
    }
  }

  /** Null where there is none, or none that can be read. */
  static open(file: string): Compiled | null {
    let opened: number | undefined;
    try {
      opened = openSync(file, "r");
      return new Compiled(opened);
    } catch {
      if (opened !== undefined) closeSync(opened);
      return null;
    }
  }

  get names(): string[] {
    return [...this.#parts.keys()];
  }

  /** Undefined where there is none, or it is damaged. */
  take(name: string): Buffer | undefined {
    const part = this.#parts.get(name);
    try {
      return part && this.#twice(part.at, part.length);
    } catch {
      return undefined;
    }
  }

  /**
   * V8 does not look whether it is damaged. So each part stands there twice: to compare both takes less time than to load what could
   * make a digest.
   */
  #twice(at: number, length: number): Buffer {
    const one = Buffer.allocUnsafeSlow(length);
    // What lies outside of V8's heap counts for it, until it looks for what to drop.
    if (this.#other.length < length) this.#other = Buffer.allocUnsafeSlow(length);
    const other = this.#other.subarray(0, length);
    const read =
      readSync(this.#opened, one, 0, length, at) + readSync(this.#opened, other, 0, length, at + length);
    if (read < 2 * length || !one.equals(other)) throw new Error("damaged");
    return one;
  }
}

/** Keeps it for the next call, and of others only the newest. */
export function writeCompiled(file: string, compiled: ReadonlyMap<string, Buffer>): void {
  const aside = `${file}.${process.pid}`;
  try {
    const folder = dirname(file);
    mkdirSync(folder, { recursive: true });
    const names = JSON.stringify([...compiled].map(([name, bytes]) => [name, bytes.length]));
    const table = Buffer.from(names.padEnd(Math.ceil(names.length / ALIGNED) * ALIGNED));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(table.length);
    writeFileSync(
      aside,
      Buffer.concat([length, table, ...compiled.values()].flatMap((part) => [part, part])),
    );
    renameSync(aside, file);
    removeOld(folder);
  } catch {
    // Only slower: the next call tries it again.
    rmSync(aside, { force: true });
  }
}

function removeOld(folder: string): void {
  const byAge = readdirSync(folder)
    .filter((name) => /\.v8(\.\d+)?$/.test(name))
    .map((name) => join(folder, name))
    .map((place) => ({ place, made: statSync(place).mtimeMs }))
    .sort((one, other) => other.made - one.made);
  for (const { place } of byAge.slice(MOST)) rmSync(place, { force: true });
}
