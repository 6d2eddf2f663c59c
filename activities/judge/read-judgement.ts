import { validateJudgement } from "../../compiler/validators.ts";
import type { Judgement } from "../../schemas/generated/judgement.ts";

/** What a judge's reply says, or null when it is not as the schema has it. Nothing is guessed, and nothing becomes 0. */
export function readJudgement(reply: string): Judgement | null {
  // Servers that do not know a JSON format let models mark their code.
  const text = /^\s*```(?:json)?\s*([\s\S]*?)\s*```\s*$/.exec(reply)?.[1] ?? reply;
  try {
    const said: unknown = JSON.parse(text);
    return validateJudgement()(said) ? said : null;
  } catch {
    return null;
  }
}
