import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { validateQuestion } from "../compiler/validators.ts";
import type { Question } from "../schemas/generated/question.ts";
import { linesOf } from "../store/files.ts";
import { StepFailure } from "./step-failure.ts";

const NAME = "questions.jsonl";

/** Writes the rows of a dataset. */
export async function writeQuestions(folder: string, rows: readonly Question[]): Promise<void> {
  await writeFile(path.join(folder, NAME), linesOf(rows));
}

/** Reads the rows of a dataset. A row that is not as its schema says, or whose id is taken, fails the step, with its line. */
export async function readQuestions(folder: string): Promise<Question[]> {
  const text = await readFile(path.join(folder, NAME), "utf8").catch(() => {
    throw new StepFailure("data", `The dataset has no ${NAME}.`);
  });
  const validate = validateQuestion();
  const lines = new Map<string, number>();
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const row = parsed(line, index + 1);
    if (validate(row)) {
      const first = lines.get(row.id);
      if (first !== undefined)
        throw new StepFailure(
          "data",
          `${NAME}:${index + 1}: the id '${row.id}' stands in line ${first} as well.`,
        );
      lines.set(row.id, index + 1);
      return [row];
    }
    const [first] = validate.errors ?? [];
    const where = first?.instancePath.slice(1).replaceAll("/", ".") || "the row";
    throw new StepFailure(
      "data",
      `${NAME}:${index + 1}: ${where} ${first?.message ?? "is wrong"}. See docs/datasets.md.`,
    );
  });
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new StepFailure("data", `${NAME}:${number}: the line is not JSON.`);
  }
}
