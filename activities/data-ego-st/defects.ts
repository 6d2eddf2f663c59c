import { listItems } from "./list-literal.ts";
import { optionWords } from "./options.ts";
import type { Ingested } from "./training-row.ts";

export interface Defect {
  name: string;
  says: string;
  /** The gold answer, the question, the reasoning that is trained, or only the spelling. */
  touches: "answer" | "question" | "reasoning" | "spelling";
  /** Whether it can be put right without guessing. */
  repairable: boolean;
  in: (row: Ingested) => boolean;
}

const FIRST_SENTENCE = /^[^.?!]*[.?!]/;
const LINKING = /\b(?:and|then|the|a|an)\b/g;

/** The words of an answer in their order, without case, commas and words that only link. */
const wordsOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(LINKING, " ")
    .replaceAll(/[^a-z0-9]+/g, " ")
    .trim();

/** The known defects of the released annotations, each by a rule on the row's own text. */
export const DEFECTS: readonly Defect[] = [
  {
    name: "question-asks-other-family",
    says: "The question asks for another family than its options and reasoning are of.",
    touches: "question",
    repairable: true,
    in: ({ asked, row }) => asked !== undefined && asked !== row.task,
  },
  {
    name: "reasoning-asks-other-family",
    says: "The reasoning asks for another family than the question.",
    touches: "reasoning",
    repairable: true,
    in: ({ reasoned, row }) => reasoned !== undefined && reasoned !== row.task,
  },
  {
    name: "list-literal",
    says: "The reasoning carries a Python list instead of a sentence.",
    touches: "spelling",
    repairable: true,
    in: ({ pasted }) => pasted !== undefined && listItems(pasted) !== undefined,
  },
  {
    name: "one-option",
    says: "There is nothing to choose from.",
    touches: "answer",
    repairable: false,
    in: ({ row }) => row.options.length === 1,
  },
  {
    name: "duplicate-options",
    says: "Two options have the same text.",
    touches: "answer",
    repairable: false,
    in: ({ row }) =>
      new Set(row.options.map((option) => wordsOf(optionWords(option)))).size < row.options.length,
  },
  {
    name: "reverse-equals-forward",
    says: "The gold answer about the way back is the way there, word for word and in its order.",
    touches: "answer",
    repairable: false,
    // Of one landmark both ways are the same.
    in: ({ row }) =>
      row.way === "reverse" &&
      row.task !== "landmark" &&
      row.opposite !== undefined &&
      wordsOf(row.opposite.reference) === wordsOf(row.reference ?? ""),
  },
  {
    name: "missing-space",
    says: "A space is missing between two sentences of the question.",
    touches: "spelling",
    repairable: true,
    in: ({ row }) => /[a-z]\.[A-Z]/.test(row.question),
  },
  {
    name: "doubled-sentence",
    says: "The question's first sentence stands twice.",
    touches: "spelling",
    repairable: true,
    in: ({ row }) => {
      const first = FIRST_SENTENCE.exec(row.question)?.[0].trim();
      return first !== undefined && row.question.indexOf(first, 1) > 0;
    },
  },
];

/** The question without a doubled first sentence, and with its spaces. */
export function respelled(question: string): string {
  const first = FIRST_SENTENCE.exec(question)?.[0].trim() ?? "";
  const rest = question.slice(question.lastIndexOf(first) + first.length);
  return `${first}${rest}`.replaceAll(/([a-z])\.([A-Z])/g, "$1. $2");
}
