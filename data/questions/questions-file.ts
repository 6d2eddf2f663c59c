import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Question } from "../../schemas/generated/question.ts";
import { linesOf } from "../../store/files.ts";
import { tellFaults, type LineFault } from "../rows/faults.ts";
import { questionFaults } from "./question-faults.ts";
import { readRows, type Row } from "../rows/read-rows.ts";
import { StepFailure } from "../../core/step-failure.ts";

const NAME = "questions.jsonl";

/** Writes the rows of a dataset. */
export async function writeQuestions(folder: string, rows: readonly Question[]): Promise<void> {
  await writeFile(path.join(folder, NAME), linesOf(rows));
}

/** A row that has some of what rows may leave out. */
export type Having<Key extends keyof Question> = Question & Required<Pick<Question, Key>>;

/**
 * Reads the rows of a dataset, each checked whole: shape, letters, options, texts and id, and that it has all `needed` keys.
 * What is wrong in any of them fails the step, all causes at once, each with its lines; so does a file without a row.
 */
export async function readQuestions<Key extends keyof Question = never>(
  folder: string,
  needed: readonly Key[] = [],
): Promise<Having<Key>[]> {
  const bytes = await readFile(path.join(folder, NAME)).catch(() => {
    throw new StepFailure("data", `The dataset has no ${NAME}. See docs/datasets.md.`);
  });
  const { rows, faults } = readRows<Having<Key>>(bytes, (value) => questionFaults(value, needed));
  faults.push(...idsTwice(rows));
  if (rows.length === 0 && faults.length === 0)
    faults.push({ line: null, cause: "no row", text: "it has no row." });
  if (faults.length > 0) throw new StepFailure("data", tellFaults(NAME, faults, "See docs/datasets.md."));
  return rows.map(({ row }) => row);
}

function idsTwice(rows: readonly Row<Question>[]): LineFault[] {
  const lines = new Map<string, number>();
  return rows.flatMap(({ row: { id }, line }) => {
    const first = lines.get(id);
    if (first === undefined) lines.set(id, line);
    return first === undefined
      ? []
      : [{ line, cause: `id ${id}`, text: `the id '${id}' stands in line ${first} as well.` }];
  });
}
