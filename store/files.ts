import { createHash, randomUUID } from "node:crypto";
import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  fsync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { link, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";

/** Writes a file whole or not at all: aside, flushed, then renamed. */
export const writeWhole = (file: string, text: string): Promise<void> => writeAside(file, text, true);

/** As `writeWhole`; where it need not be on the disk, `flush` is false. */
export async function writeAside(
  file: string,
  bytes: string | Buffer,
  flush: boolean,
  makeFolder = true,
): Promise<void> {
  const aside = asideOf(file);
  try {
    await writeMaking(aside, bytes, flush, makeFolder);
    renameSync(aside, file);
  } catch (error) {
    // On a full disk nothing half-written is left behind.
    await rm(aside, { force: true });
    throw error;
  }
}

/** Writes a file that is not there yet, whole; gives false where somebody else was first. */
export async function writeFirst(file: string, bytes: string | Buffer, flush = true): Promise<boolean> {
  const aside = asideOf(file);
  try {
    await writeMaking(aside, bytes, flush, true);
    // A link fails when the file is there.
    await link(aside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

/** How the name of a file or folder ends that is being put together, or whose writer was interrupted. */
export const UNPUBLISHED = ".partial";

const asideOf = (file: string): string => `${file}.${randomUUID()}${UNPUBLISHED}`;

async function writeMaking(
  aside: string,
  bytes: string | Buffer,
  flush: boolean,
  makeFolder: boolean,
): Promise<void> {
  await writeNew(aside, bytes, flush).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" || !makeFolder) throw error;
    mkdirSync(path.dirname(aside), { recursive: true });
    await writeNew(aside, bytes, flush);
  });
}

// A step writes and reads a dozen small files: each call that goes through a thread takes longer than the disk's cache does.
const AT_ONCE_BYTES = 64 * 1024;

const flushed = promisify(fsync);

/** Waits until a file is on the disk. */
export async function settle(file: string): Promise<void> {
  const opened = openSync(file, "r");
  try {
    await flushed(opened);
  } finally {
    closeSync(opened);
  }
}

/**
 * Only the flush waits for the disk: it is left to a thread. It begins when all that is written at the same time stands there: a file
 * system flushes that at once, where what comes a little later waits for a flush of its own.
 */
async function writeNew(file: string, bytes: string | Buffer, flush: boolean): Promise<void> {
  if (bytes.length > AT_ONCE_BYTES) return writeFile(file, bytes, { flush });
  const opened = openSync(file, "w");
  try {
    writeFileSync(opened, bytes);
    if (flush) {
      await turn();
      await flushed(opened);
    }
  } finally {
    closeSync(opened);
  }
}

/** A value as our files have it. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

/** As `writeJson`, but without waiting for the disk: for what can be made again, or means nothing after a power cut. */
export const writeSoon = (file: string, value: unknown): Promise<void> =>
  writeAside(file, jsonText(value), false);

export const writeJson = (file: string, value: unknown): Promise<void> => writeWhole(file, jsonText(value));

/** As `writeJson`, but into a folder that is there: one that was removed meanwhile is not made again. */
export const writeJsonInto = (file: string, value: unknown): Promise<void> =>
  writeAside(file, jsonText(value), true, false);

/** Values as the text of a JSON-lines file. */
export const linesOf = (values: readonly object[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");

/** The parsed file, or undefined when there is none. */
export async function readJson<T>(file: string): Promise<T | undefined> {
  const text = await readText(file);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

/**
 * As `readJson`, but a file that holds no such object counts as absent: ours are written whole, so something else damaged
 * it, and one old file must not keep a command from its work. `key` is one that the object must have.
 */
export async function readJsonIfWhole<T extends object>(
  file: string,
  key: keyof T & string,
): Promise<T | undefined> {
  const text = await readText(file);
  return text === undefined ? undefined : asWhole<T>(text, key);
}

/** As `readJsonIfWhole`, at once: for small files, of which a step reads many. */
export function readSmallIfWhole<T extends object>(file: string, key: keyof T & string): T | undefined {
  try {
    return asWhole<T>(readFileSync(file, "utf8"), key);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The object in a text, if it holds one that has this property. */
export function asWhole<T extends object>(text: string, property: keyof T & string): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && property in value ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of a JSON-lines file; a last line that is still being written is left out. */
export async function readJsonLines<T>(file: string): Promise<T[]> {
  const text = (await readText(file)) ?? "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return parseLines<T>(whole.split("\n"));
}

/** Lines of JSON. One that a full disk or a power cut tore is left out: it must not hide the others. */
function parseLines<T>(lines: readonly string[]): T[] {
  return lines.flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as T];
    } catch {
      return [];
    }
  });
}

const readText = (file: string): Promise<string | undefined> => unlessAbsent(() => readFile(file, "utf8"));

/** What is found out of a file or folder, or undefined where there is none. */
export async function unlessAbsent<T>(looking: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await looking();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** A file's bytes: of a small one at once. A pipe that nobody writes to would be waited for. */
export function readSoon(file: string): Buffer | Promise<Buffer> {
  const opened = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(opened);
    if (stats.isFile() && stats.size <= AT_ONCE_BYTES) return readFileSync(opened);
  } finally {
    closeSync(opened);
  }
  return readFile(file);
}

/** ENOTDIR: a stray file stands where a folder is looked into. */
const isAbsent = (error: unknown): boolean =>
  ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");

// Opening a stream takes longer than reading so much.
const READ_AT_ONCE_BYTES = 1 << 20;

/** SHA-256 of a file, in hexadecimal. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  const { size } = await stat(file);
  if (size <= READ_AT_ONCE_BYTES) hash.update(await readFile(file));
  else await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
