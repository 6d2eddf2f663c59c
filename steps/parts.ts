import { createHash, randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { digestOf } from "../core/digest.ts";
import { hashFile, readJsonLines, writeWhole } from "../store/files.ts";
import { keptFolder } from "./resume.ts";
import type { StepContext } from "./context.ts";

interface Line<T> {
  name: string;
  bytes: number;
  sha256: string;
  data: T;
}

/**
 * Finished parts of a step's work, one file each, kept over attempts. A part counts once its line stands in the journal,
 * which is written after the file was renamed into place; a file that is not as its line says is made again.
 */
export class Parts<T> {
  readonly #folder: string;
  readonly #lines: Map<string, Line<T>>;
  /** Lines that wait for the journal, and for its flush. */
  #waiting: Line<T>[] = [];
  #next: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** Parts that an earlier attempt left damaged, with what is wrong. */
  readonly damaged: string[] = [];

  private constructor(folder: string, lines: Map<string, Line<T>>) {
    this.#folder = folder;
    this.#lines = lines;
  }

  /** Reads what earlier attempts finished, and checks each part against its line. */
  static async open<T>(folder: string): Promise<Parts<T>> {
    await mkdir(path.join(folder, "files"), { recursive: true });
    const lines = await readJsonLines<Line<T>>(path.join(folder, "journal.jsonl"));
    const parts = new Parts<T>(folder, new Map(lines.map((line) => [line.name, line])));
    for (const { name, bytes, sha256 } of parts.#lines.values()) {
      const defect = await defectOf(parts.#place(name), bytes, sha256);
      if (defect === null) continue;
      parts.#lines.delete(name);
      parts.damaged.push(`'${name}' ${defect}`);
    }
    // Without a line that was torn: it would swallow the next one.
    const whole = [...parts.#lines.values()].map((line) => `${JSON.stringify(line)}\n`);
    await writeWhole(path.join(folder, "journal.jsonl"), whole.join(""));
    return parts;
  }

  get size(): number {
    return this.#lines.size;
  }

  get(name: string): T | undefined {
    return this.#lines.get(name)?.data;
  }

  /** A place to write a part at: nobody else's, not even that of a program that an earlier attempt left behind. */
  aside(extension: string): string {
    return path.join(this.#folder, `${randomUUID()}.partial${extension}`);
  }

  /** Puts a written part in place, for good. */
  add(name: string, aside: string, data: T): Promise<void> {
    return this.addAll([{ name, aside, data }]);
  }

  /** As `add`, for several. The journal is flushed once for all that are put in place meanwhile. */
  async addAll(written: readonly { name: string; aside: string; data: T }[]): Promise<void> {
    const lines = await Promise.all(
      written.map(async ({ name, aside, data }): Promise<Line<T>> => {
        const line = { name, ...(await measureWritten(aside)), data };
        await rename(aside, this.#place(name));
        return line;
      }),
    );
    this.#waiting.push(...lines);
    await (this.#next ??= this.#afterThose());
    for (const line of lines) this.#lines.set(line.name, line);
  }

  /** Writes what waits when what is being written is on the disk. */
  #afterThose(): Promise<void> {
    return (this.#writing = this.#writing
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.#write(this.#waiting.splice(0));
      }));
  }

  async #write(lines: readonly Line<T>[]): Promise<void> {
    const journal = await open(path.join(this.#folder, "journal.jsonl"), "a");
    try {
      await journal.appendFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      await journal.datasync();
    } finally {
      await journal.close();
    }
  }

  /** Gives parts to the step's output, as second names of the same files: each to its place. */
  async give(places: readonly { name: string; target: string }[]): Promise<void> {
    const given = await Promise.allSettled(
      places.map(async ({ name, target }) => {
        const place = this.#place(name);
        await link(place, target).catch(async (error: NodeJS.ErrnoException) => {
          if (error.code !== "EEXIST") throw error;
          await rm(target, { force: true });
          await link(place, target);
        });
      }),
    );
    for (const one of given) if (one.status === "rejected") throw one.reason;
  }

  #place(name: string): string {
    return path.join(this.#folder, "files", digestOf(name));
  }
}

/** The parts of a step that earlier attempts finished; says in the step's events what it goes on with. */
export async function openParts<T>(context: StepContext): Promise<Parts<T>> {
  const { step, events } = context;
  const parts = await Parts.open<T>(await keptFolder(context));
  for (const damage of parts.damaged) await events.write({ event: "message", text: `made again: ${damage}` });
  if (parts.size === 0) return parts;
  await events.write({ event: "message", text: `resuming ${step.id} with ${parts.size} finished parts` });
  await events.write({ event: "resumed", done: parts.size });
  return parts;
}

const READ_AT_ONCE_BYTES = 1 << 20;

/** As `measure`, for a file that is still in memory: if it is small, a thread would take longer to ask than to answer. */
async function measureWritten(file: string): Promise<{ bytes: number; sha256: string }> {
  if (statSync(file).size > READ_AT_ONCE_BYTES) return measure(file);
  const content = readFileSync(file);
  return { bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}

async function measure(file: string): Promise<{ bytes: number; sha256: string }> {
  return { bytes: (await stat(file)).size, sha256: await hashFile(file) };
}

async function defectOf(file: string, bytes: number, sha256: string): Promise<string | null> {
  const found = await measure(file).catch(() => null);
  if (found === null) return "is missing";
  return found.bytes === bytes && found.sha256 === sha256 ? null : "was changed";
}
