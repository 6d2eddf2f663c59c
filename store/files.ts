import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";

/** Writes a file whole or not at all: aside, flushed, then renamed. */
export const writeWhole = (file: string, text: string): Promise<void> => writeAside(file, text, true);

async function writeAside(file: string, text: string, flush: boolean, makeFolder = true): Promise<void> {
  const aside = `${file}.${randomUUID()}.partial`;
  try {
    await writeFile(aside, text, { flush }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT" || !makeFolder) throw error;
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(aside, text, { flush });
    });
    await rename(aside, file);
  } catch (error) {
    // On a full disk nothing half-written is left behind.
    await rm(aside, { force: true });
    throw error;
  }
}

const asText = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

/** As `writeJson`, but without waiting for the disk: for what can be made again, or means nothing after a power cut. */
export const writeSoon = (file: string, value: unknown): Promise<void> =>
  writeAside(file, asText(value), false);

export const writeJson = (file: string, value: unknown): Promise<void> => writeWhole(file, asText(value));

/** As `writeJson`, but into a folder that is there: one that was removed meanwhile is not made again. */
export const writeJsonInto = (file: string, value: unknown): Promise<void> =>
  writeAside(file, asText(value), true, false);

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
  const value: unknown = await readJson<unknown>(file).catch((error: unknown) => {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  });
  return typeof value === "object" && value !== null && key in value ? (value as T) : undefined;
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

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENOTDIR: a stray file stands where a folder is looked into.
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

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
