import { agreeing, counted } from "../schemas/counted.ts";
import type { Question } from "../schemas/generated/question.ts";
import { sameText } from "../data/questions/contradictions.ts";
import type { StepContext } from "../steps/context.ts";

/** Says which questions have options of the same text: a reply with that text alone, or with the other letter, is not right. */
export async function noteEqualOptions(
  { events }: Pick<StepContext, "events">,
  rows: readonly Pick<Question, "id" | "options">[],
): Promise<void> {
  const equal = rows.filter(({ options = [] }) =>
    options.some((one, index) =>
      options.slice(0, index).some((other) => sameText(one.slice(2), other.slice(2))),
    ),
  );
  if (equal.length === 0) return;
  const text = `${equal.length} of ${counted(rows.length, "question")} ${agreeing(equal.length, "has", "have")} options of the same text, first ${equal[0]!.id}: only the gold letter counts as right there`;
  await events.write({ event: "message", text });
}
