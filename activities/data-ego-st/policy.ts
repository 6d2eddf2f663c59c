import type { DataReport } from "../../schemas/generated/data-report.ts";
import { reverseThinking } from "../data-reverse-thinking/template.ts";
import { DEFECTS, respelled, type Defect } from "./defects.ts";
import type { Ingested } from "./training-row.ts";
import { askFor, otherWay } from "./wording.ts";

export type Policy = DataReport["policy"];
type Fate = DataReport["defects"][number]["fate"];

/** What a policy does with a row that has a defect. Spelling is no reason to lose a row. */
export function fateOf({ touches, repairable }: Defect, policy: Policy): Fate {
  if (policy === "as-released") return "kept";
  if (policy === "exclude") return touches === "spelling" ? "kept" : "excluded";
  return repairable ? "repaired" : "excluded";
}

/** The defects of a row, by name. */
export const defectsOf = (ingested: Ingested): Defect[] => DEFECTS.filter((defect) => defect.in(ingested));

/** A row as a policy leaves it; undefined when it is excluded. */
export function applyPolicy(ingested: Ingested, policy: Policy): Ingested["row"] | undefined {
  const found = defectsOf(ingested);
  const fates = new Set(found.map((defect) => fateOf(defect, policy)));
  if (fates.has("excluded")) return undefined;
  return fates.has("repaired") ? repair(ingested, new Set(found.map(({ name }) => name))) : ingested.row;
}

function repair({ row }: Ingested, defects: ReadonlySet<string>): Ingested["row"] {
  const question = defects.has("question-asks-other-family")
    ? withClause(row.question, askFor(row.task, row.way))
    : row.question;
  const spelled = respelled(question);
  if (row.opposite === undefined || row.answer === null) return { ...row, question: spelled };
  const opposite = {
    ...row.opposite,
    question: defects.has("reasoning-asks-other-family")
      ? askFor(row.task, otherWay(row.way))
      : row.opposite.question,
  };
  const repaired = { ...row, question: spelled, opposite };
  const reasoning = reverseThinking({ ...repaired, answer: row.answer }, opposite);
  return { ...repaired, targets: { ...row.targets, "reverse-thinking": reasoning } };
}

/** The question with its last clause, what it asks for, replaced. */
function withClause(question: string, clause: string): string {
  const start = question.search(/\b(?:which|what)\b[^?]*\?$/i);
  return start === -1 ? clause : question.slice(0, start) + clause;
}
