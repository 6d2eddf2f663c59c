import { writeFile } from "node:fs/promises";
import type { Question } from "../schemas/generated/question.ts";
import { linesOf } from "../store/files.ts";
import { StepFailure } from "../core/step-failure.ts";
import { finalText } from "../data/reading/final-text.ts";
import { repliesTo, type Reply } from "./predictions.ts";

/** A reply to an open question, with what a judge needs to know. */
export interface OpenReply extends Reply, Pick<Question, "video" | "task" | "way" | "part" | "question"> {
  reference: string;
}

type OpenRow = Question & { reference: string };

/** The open questions of a split that have a reference answer. */
export function openRows<Row extends Question>(rows: readonly Row[], split: string): (Row & OpenRow)[] {
  const open = rows.flatMap((row) =>
    row.split === split && (row.options ?? []).length === 0 && row.reference !== undefined
      ? [{ ...row, reference: row.reference }]
      : [],
  );
  if (open.length === 0)
    throw new StepFailure(
      "data",
      `The dataset has no open question with a reference answer in the split '${split}'. Check the step's 'split'.`,
    );
  return open;
}

/** Writes the replies to all open questions. */
export async function writeReplies(
  rows: readonly OpenRow[],
  replies: readonly Reply[],
  file: string,
): Promise<Record<string, number>> {
  const lines = repliesTo(rows, replies).map(
    ([{ video, task, way, part, question, reference }, reply]): OpenReply => ({
      ...reply,
      ...(video === undefined ? {} : { video }),
      task,
      ...(way === undefined ? {} : { way }),
      ...{ question, reference },
      ...(part === undefined ? {} : { part }),
    }),
  );
  await writeFile(file, linesOf(lines));
  const said = lines.filter(({ error, declined }) => error === undefined && declined === undefined);
  return {
    samples: lines.length,
    empty: said.filter(({ reply }) => finalText(reply) === "").length,
    filtered: lines.filter(({ declined }) => declined === "filtered").length,
    refused: lines.filter(({ declined }) => declined === "refused").length,
    error: lines.filter(({ error }) => error !== undefined).length,
    truncated: lines.filter(({ truncated }) => truncated).length,
  };
}
