import { readFile } from "node:fs/promises";
import path from "node:path";
import { show, tellFaults, type Fault } from "../data/rows/faults.ts";
import { idsTwice } from "../data/rows/ids.ts";
import { readRows } from "../data/rows/read-rows.ts";
import { StepFailure } from "../core/step-failure.ts";
import type { Reply } from "./predictions.ts";

const TYPES = { id: "string", reply: "string", truncated: "boolean" } as const;

/** The replies that a trainer wrote. Throws StepFailure for a line that is none, and for two to one question. */
export async function readReplies(file: string): Promise<Reply[]> {
  const { rows, faults } = readRows<Reply>(await readFile(file), replyFaults);
  const all = [...faults, ...idsTwice(rows)];
  if (all.length > 0)
    throw new StepFailure("unexpected", tellFaults(path.basename(file), all, "The step's log may say more."));
  return rows.map(({ row }) => row);
}

function replyFaults(line: object): Fault[] {
  const row = line as Record<string, unknown>;
  return Object.entries(TYPES).flatMap(([name, type]) =>
    typeof row[name] === type
      ? []
      : [{ cause: name, text: `'${name}' is ${show(row[name])}; it must be a ${type}.` }],
  );
}
