import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What V8 made of our files' text in an earlier call, by the files' names. */
export type Compiled = Map<string, Buffer>;

// Each build has its own.
const MOST = 24;

const LENGTH_BYTES = 8;
// V8 copies what does not begin at such a place.
const ALIGNED = 8;

/**
 * V8 does not look whether it is damaged. So it stands there twice: to compare both takes less time than to load what could make a
 * digest.
 */
export function readCompiled(file: string): Compiled | null {
  try {
    const bytes = readFileSync(file);
    const body = bytes.subarray(0, bytes.length / 2);
    if (!body.equals(bytes.subarray(body.length))) return null;
    const table = LENGTH_BYTES + body.readUInt32LE(0);
    const found: Compiled = new Map();
    let at = table;
    for (const [name, length] of JSON.parse(body.toString("utf8", LENGTH_BYTES, table)) as [string, number][])
      found.set(name, body.subarray(at, (at += length)));
    return found;
  } catch {
    return null;
  }
}

/** Keeps it for the next call, and of others only the newest. */
export function writeCompiled(file: string, compiled: Compiled): void {
  const aside = `${file}.${process.pid}`;
  try {
    const folder = dirname(file);
    mkdirSync(folder, { recursive: true });
    const names = JSON.stringify([...compiled].map(([name, bytes]) => [name, bytes.length]));
    const table = Buffer.from(names.padEnd(Math.ceil(names.length / ALIGNED) * ALIGNED));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(table.length);
    const body = Buffer.concat([length, table, ...compiled.values()]);
    writeFileSync(aside, Buffer.concat([body, body]));
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
