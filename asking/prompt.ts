import { readFileSync } from "node:fs";
import path from "node:path";
import type { Question } from "../schemas/generated/question.ts";
import { trainerFolder } from "../core/package-root.ts";

interface Parts {
  join: string;
  text: string;
}

let prompts: Record<string, Parts> | undefined;

/** A question with its options as a model is asked it, in the texts that the trainers use too. */
export function promptText(row: Pick<Question, "question" | "options">, prompt: string): string {
  const { options = [] } = row;
  if (options.length === 0) return row.question;
  const file = path.join(trainerFolder, "reprise_trainer", "data", "prompts.json");
  prompts ??= JSON.parse(readFileSync(file, "utf8")) as Record<string, Parts>;
  const { join, text } = prompts[prompt]!;
  // As functions: a text may hold $.
  return text.replace("{options}", () => options.join(join)).replace("{question}", () => row.question);
}
