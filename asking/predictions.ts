import { writeFile } from "node:fs/promises";
import type { Prediction } from "../verdict/statistics/sample.ts";
import { agreeing, counted } from "../schemas/counted.ts";
import type { Question } from "../schemas/generated/question.ts";
import { namesOf } from "../data/questions/names.ts";
import type { Having } from "../data/questions/questions-file.ts";
import { linesOf, writeWhole } from "../store/files.ts";
import { StepFailure } from "../core/step-failure.ts";
import type { StepContext } from "../steps/context.ts";
import { unparsedNote } from "./unparsed-note.ts";
import { readReply } from "../data/reading/read-answer.ts";
import { score } from "./score.ts";

/** What a model replied to one question; an error stands where no reply could be had. */
export interface Reply {
  id: string;
  reply: string;
  /** Whether it was cut at the limit of new tokens. */
  truncated: boolean;
  /** Where it is no answer: a server's filter held it back, or the model refused. */
  declined?: "filtered" | "refused";
  error?: string;
}

/** A question with a gold letter, which is that of one of its options. */
export type ScoredRow = Having<"options"> & { answer: string };

/** The questions of a split that have a gold letter. */
export function scoredRows<Row extends Question>(rows: readonly Row[], split: string): (Row & ScoredRow)[] {
  const scored = rows.flatMap((row) => {
    const { answer = null, options } = row;
    return row.split === split && answer !== null && options !== undefined
      ? [{ ...row, answer, options }]
      : [];
  });
  if (scored.length === 0)
    throw new StepFailure(
      "data",
      `The dataset has no question with a gold letter in the split '${split}'. Check the step's 'split'.`,
    );
  return scored;
}

const NOT_READ = { letter: null, rule: null };

/** One sample's outcome. */
export function predictionOf(row: ScoredRow, { reply, truncated, declined, error }: Reply): Prediction {
  const said = error === undefined && declined === undefined;
  const { letter, rule } = said ? readReply(reply, row.options) : NOT_READ;
  const status =
    error !== undefined
      ? "error"
      : declined !== undefined
        ? declined
        : letter === null
          ? "unparsed"
          : letter === row.answer
            ? "correct"
            : "wrong";
  return {
    ...namesOf(row),
    options: row.options.length,
    gold: row.answer,
    reply,
    letter,
    rule,
    status,
    truncated,
    ...(error === undefined ? {} : { error }),
  };
}

/** Each row with its reply. A row without one fails the step. */
export function repliesTo<Row extends { id: string }>(
  rows: readonly Row[],
  replies: readonly Reply[],
): [Row, Reply][] {
  const byId = new Map(replies.map((reply) => [reply.id, reply]));
  const missing = rows.filter(({ id }) => !byId.has(id));
  if (missing.length > 0)
    throw new StepFailure(
      "exit",
      `${counted(missing.length, "question")} ${agreeing(missing.length, "has", "have")} no reply, first: ${missing[0]!.id}.`,
    );
  return rows.map((row) => [row, byId.get(row.id)!]);
}

/**
 * Reads, scores and writes the replies to all questions: the denominator is the questions, not the replies. Warns of many
 * that give no letter.
 */
export async function writePredictions(
  rows: readonly ScoredRow[],
  replies: readonly Reply[],
  { outputs, events }: Pick<StepContext, "outputs" | "events">,
): Promise<Record<string, number>> {
  const predictions = repliesTo(rows, replies).map(([row, reply]) => predictionOf(row, reply));
  const metrics = score(predictions);
  await writeFile(outputs["predictions"]!, linesOf(predictions));
  await writeWhole(outputs["metrics"]!, `${JSON.stringify(metrics, null, 1)}\n`);
  const note = unparsedNote(predictions);
  if (note !== null) await events.write({ event: "message", text: `warning: ${note}` });
  return metrics;
}
