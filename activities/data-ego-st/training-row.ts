import type { Having } from "../../data/questions/questions-file.ts";
import { digestOf } from "../../core/digest.ts";
import { listItems } from "./list-literal.ts";
import { optionWords, splitOptions } from "./options.ts";
import { shapeDoubt } from "./shape.ts";
import { otherWay, taskOf, wayOf, type Task, type Way } from "./wording.ts";

/** A row of the released training file. */
interface TrainingRow {
  problem: string;
  solution: string;
  video: string;
  original_question: string;
  original_answer: string;
}

/** A normalised row, its video as the source names it, with what only the source shows. */
export interface Ingested {
  row: Having<"video" | "options" | "answer"> & { task: Task; way: Way };
  /** Family that the question's own words ask for, and that the reasoning's do. */
  asked: Task | undefined;
  reasoned: Task | undefined;
  /** The opposite answer as it stands in the released reasoning. */
  pasted: string | undefined;
}

export type Reading = Ingested | { doubt: string };

const KEYS = {
  problem: "text",
  solution: "text",
  video: "text",
  original_question: "text",
  original_answer: "text",
} as const;
const PROBLEM = /^(.*\?)\s*Options:\s*(.*?)\s*\n+Instructions:/s;
const SOLUTION =
  /^<think>.*?thinking (forward|reverse)\s+(.*?\?)\s*(.*?)\s*And then think about .*?Hence, the correct answer is ([A-Z])<\/think>\s*<answer>([A-Z])<\/answer>$/s;

/**
 * Reads one row of the released training file. Nothing is guessed: whatever leaves a doubt about question, options,
 * way or gold letter sets the row aside, with the reason.
 */
export function readTrainingRow(given: unknown, file: string, line: number): Reading {
  const doubt = shapeDoubt(given, KEYS);
  if (doubt !== undefined) return { doubt };
  const raw = given as TrainingRow;
  if (raw.problem !== raw.original_question) return { doubt: "'problem' and 'original_question' differ" };
  const problem = PROBLEM.exec(raw.problem);
  if (problem === null) return { doubt: "'problem' is not a question, 'Options:' and 'Instructions:'" };
  const [question, listed] = [problem[1]!.trim(), problem[2]!];
  const options = splitOptions(listed);
  if ("doubt" in options) return options;
  const solution = SOLUTION.exec(raw.solution.trim());
  if (solution === null) return { doubt: "'solution' is not the released template" };
  const [, thinking, oppositeQuestion, pasted, named, tagged] = solution as unknown as [
    string,
    Way,
    ...string[],
  ];
  if (new Set([named, tagged, raw.original_answer]).size > 1)
    return {
      doubt: `the answer is ${named} in the reasoning, ${tagged} in its tag, ${raw.original_answer} in 'original_answer'`,
    };
  const gold = options.find((option) => option.startsWith(`${tagged}.`));
  if (gold === undefined) return { doubt: `the answer ${tagged} is none of the ${options.length} options` };
  const way = wayOf(question);
  if (way === undefined || way !== otherWay(thinking))
    return {
      doubt: `the question asks about the way ${way ?? "(neither or both)"}, the reasoning begins ${thinking}`,
    };
  const [asked, reasoned] = [taskOf(question), taskOf(oppositeQuestion!)];
  // The released questions about actions on the way there ask for landmarks: only their reasoning names the family.
  const task = asked === "direction" ? asked : (reasoned ?? asked);
  if (task === undefined) return { doubt: "neither question nor reasoning says what is asked for" };
  const { video } = raw;
  if (pasted === "") return { doubt: "the reasoning gives no answer for the opposite way" };
  return {
    asked,
    reasoned,
    pasted,
    row: {
      id: `${task}-${way}-${digestOf([video, raw.problem]).slice(0, 12)}`,
      video,
      split: "train",
      task,
      way,
      question,
      options,
      answer: tagged!,
      reference: optionWords(gold),
      opposite: { question: oppositeQuestion!, reference: listItems(pasted!)?.join(", ") ?? pasted! },
      targets: { letter: tagged!, "reverse-thinking": raw.solution },
      source: { file, line },
    },
  };
}
