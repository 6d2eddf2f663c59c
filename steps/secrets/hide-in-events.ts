import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { hideSecrets } from "./hide-secrets.ts";
import { linesOfFile } from "../../data/rows/line-stream.ts";
import { readEventLine } from "../../data/events/event-faults.ts";

/** Hides secrets in an event file that nobody writes to meanwhile; one that holds none stays the same file. */
export async function hideInEvents(file: string, secrets: readonly string[]): Promise<void> {
  if (secrets.length === 0) return;
  const aside = `${file}.hidden`;
  let found = false;
  async function* lines(): AsyncGenerator<Buffer> {
    for await (const line of linesOfFile(file)) {
      const hidden = hideInLine(line, secrets);
      found ||= hidden !== null;
      yield hidden ?? line;
      yield Buffer.from("\n");
    }
  }
  await pipeline(lines, createWriteStream(aside));
  await (found ? rename(aside, file) : rm(aside));
}

/** An event stays one, with its numbers and the words of its schema, however short the secret is; null where nothing is hidden. */
function hideInLine(line: Buffer, secrets: readonly string[]): Buffer | null {
  const text = line.toString();
  const hidden = hideSecrets(text, secrets);
  if (hidden === text) return null;
  const read = readEventLine(line);
  if (!("event" in read) || read.event === null) return Buffer.from(hidden);
  // Reprise's own: a digest may hold any short text.
  if (read.event.event === "attempt") return null;
  const event = Object.fromEntries(
    Object.entries(read.event).map(([key, value]) => [
      key,
      key === "event" ? value : hideInTexts(value as unknown, secrets),
    ]),
  );
  return Buffer.from(JSON.stringify(event));
}

/** The same value without secrets in its texts and keys. */
function hideInTexts(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") return hideSecrets(value, secrets);
  if (Array.isArray(value)) return value.map((one) => hideInTexts(one, secrets));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [hideSecrets(key, secrets), hideInTexts(one, secrets)]),
  );
}
