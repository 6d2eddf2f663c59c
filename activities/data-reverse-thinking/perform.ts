import { agreeing, counted } from "../../schemas/counted.ts";
import type { DataReverseThinkingParams } from "./params.ts";
import { readQuestions, writeQuestions } from "../../data/questions/questions-file.ts";
import { StepFailure } from "../../core/step-failure.ts";
import type { StepContext } from "../../steps/context.ts";
import { oppositeOf, pairsOf } from "./pairs.ts";
import { reverseThinking } from "./template.ts";

/** data/reverse-thinking: targets from paired questions about the way there and the way back. No model is asked. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const params = context.step.params as unknown as Required<DataReverseThinkingParams>;
  const rows = await readQuestions(context.inputs["dataset"]!, ["video", "way"]);
  const pairs = pairsOf(rows);
  const without: string[] = [];
  const built = rows.map((row) => {
    const { answer = null } = row;
    if (answer === null) return row;
    const opposite = oppositeOf(row, pairs);
    const thought =
      params.template === "as-released"
        ? row.targets["reverse-thinking"]
        : opposite && reverseThinking({ ...row, answer }, opposite);
    if (thought === undefined) without.push(row.id);
    const letter = params.letter === "tagged" ? `<answer>${answer}</answer>` : answer;
    return { ...row, targets: { ...row.targets, letter, ...(thought && { "reverse-thinking": thought }) } };
  });
  // Rows that are only evaluated need no target.
  const trained = new Set(rows.filter(({ split }) => split !== "eval").map(({ id }) => id));
  const missing = without.filter((id) => trained.has(id));
  if (missing.length > 0) throw incomplete(missing, params.template);
  await writeQuestions(context.outputs["dataset"]!, built);
  return {
    rows: rows.length,
    built: rows.length - without.length - rows.filter(({ answer = null }) => answer === null).length,
  };
}

function incomplete(ids: string[], template: "corrected" | "as-released"): StepFailure {
  const what =
    template === "as-released"
      ? "no released reasoning"
      : "no question about the other way, with its answer, of the same video and task";
  const named = ids.slice(0, 3).join(", ") + (ids.length > 3 ? ", …" : "");
  return new StepFailure(
    "data",
    `${counted(ids.length, "row")} ${agreeing(ids.length, "has", "have")} ${what}: ${named}.`,
  );
}
