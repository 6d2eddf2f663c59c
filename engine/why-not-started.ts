import { readFile } from "node:fs/promises";
import { DISK_FULL } from "../core/step-failure.ts";

/** Sentences for what the server says when it ends at once. */
const KNOWN: readonly (readonly [RegExp, (database: string) => string])[] = [
  [
    /file is not a database|malformed|no such (table|column)/,
    (database) =>
      `The file '${database}' is damaged, or of another program. Move it away and try again: finished steps, records and checkpoints do not depend on it, and a run that was open goes on from them.`,
  ],
  [
    /unable to open database file|readonly database|permission denied/i,
    (database) =>
      `The file '${database}' cannot be written. Give this user the right to, or set REPRISE_HOME to another folder.`,
  ],
  [
    /database is locked/,
    (database) => `Another server has the file '${database}' open. Run 'reprise down' and try again.`,
  ],
  [/disk is full/, () => DISK_FULL],
  [/address already in use/, () => "Another program has just taken the server's port. Try again."],
];

/** Why a server did not start, from what it wrote to its log since `from` (bytes): a sentence, and what it said itself. */
export async function whyNotStarted(log: string, from: number, database: string): Promise<string> {
  const said = (await readFile(log)).subarray(from).toString("utf8").split("\n").filter(Boolean).map(textOf);
  const last = said.at(-1) ?? "It said nothing.";
  const sentence = said.flatMap((line) => {
    const known = KNOWN.find(([pattern]) => pattern.test(line));
    return known === undefined ? [] : [known[1](database)];
  })[0];
  return `The Temporal server did not start. ${sentence === undefined ? "" : `${sentence} `}Its last words (${log}): ${last}`;
}

/** A line of the log is JSON, or what a program says that cannot even begin. */
function textOf(line: string): string {
  try {
    const { msg, error } = JSON.parse(line) as { msg?: unknown; error?: unknown };
    return [msg, error].filter((part) => typeof part === "string" && part !== "").join(": ") || line;
  } catch {
    return line;
  }
}
