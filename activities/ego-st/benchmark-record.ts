import { splitOptions, optionWords } from "./options.ts";
import { keysOf, type Reading } from "./training-row.ts";
import { taskOf, type Task, type Way } from "./wording.ts";

/** What an annotation file of the benchmark holds, by its name. */
export interface BenchmarkFile {
  part: string;
  way: Way;
  task: Task;
}

const NAME = /^(Part[0-9]+)_(forward|reverse)_(qa|mcq|mcq_landmark|mcq_action)\.json$/i;
const TASK_OF: Record<string, Task> = {
  qa: "route",
  mcq: "direction",
  mcq_landmark: "landmark",
  mcq_action: "action",
};

/** Reads a name such as Part4_reverse_mcq_action.json; undefined for another one. */
export function benchmarkFile(name: string): BenchmarkFile | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  return {
    part: match[1]!.toLowerCase(),
    way: match[2]!.toLowerCase() as Way,
    task: TASK_OF[match[3]!.toLowerCase()]!,
  };
}

export interface Place {
  name: string;
  file: BenchmarkFile;
  key: string;
  /** Name of the key that holds the gold letter: no released script reads it, so the recipe names it. */
  answerKey: string;
}

/** Reads one record of an annotation file: an open question with its answer, or a multiple-choice question. */
export function readBenchmarkRecord(raw: unknown, place: Place): Reading {
  const { file, key, name } = place;
  const record = raw as Record<string, unknown>;
  if (typeof record?.["video"] !== "string")
    return { doubt: `expected a text 'video'; found ${keysOf(raw)}` };
  const row = {
    id: `${file.part}-${file.task}-${file.way}-${key}`,
    video: record["video"].split("/").at(-1)!,
    split: "eval",
    task: file.task,
    way: file.way,
    part: file.part,
    source: { file: name, key },
  };
  return file.task === "route" ? openQuestion(record, row, file.way) : multipleChoice(record, row, place);
}

type Begun = Pick<
  Extract<Reading, { row: unknown }>["row"],
  "id" | "video" | "split" | "task" | "way" | "part" | "source"
>;

function openQuestion(record: Record<string, unknown>, begun: Begun, way: Way): Reading {
  const [question, reference] = [record["question"], record[`${way}_answer`]];
  if (typeof question !== "string" || typeof reference !== "string" || question === "" || reference === "")
    return { doubt: `expected texts 'question' and '${way}_answer'; found ${keysOf(record)}` };
  const row = { ...begun, question, options: [], answer: null, reference, targets: {} };
  return { row, asked: begun.task, reasoned: undefined, pasted: undefined };
}

function multipleChoice(record: Record<string, unknown>, begun: Begun, { file, answerKey }: Place): Reading {
  const within = `${file.way}_mcq`;
  const asked = record[within] as Record<string, unknown> | undefined;
  if (typeof asked?.["question"] !== "string" || !Array.isArray(asked["options"]))
    return { doubt: `expected '${within}' with 'question' and 'options'; found ${keysOf(asked ?? record)}` };
  const options = splitOptions((asked["options"] as unknown[]).map(lettered).join(", "));
  if ("doubt" in options) return options;
  if (options.length !== asked["options"].length)
    return {
      doubt: `'options' lists ${asked["options"].length} texts, which read as ${options.length} options`,
    };
  const answer = asked[answerKey] ?? record[answerKey];
  if (typeof answer !== "string")
    return {
      doubt: `the key '${answerKey}' of the gold letter is missing; found ${keysOf(asked)} in '${within}', ${keysOf(record)} beside it`,
    };
  const letter = /^\s*([A-Z])(?:[.:)]|\s*$)/.exec(answer)?.[1];
  const gold = options.find((option) => letter !== undefined && option.startsWith(`${letter}.`));
  if (letter === undefined || gold === undefined)
    return {
      doubt: `'${answerKey}' is ${JSON.stringify(answer.slice(0, 40))}, none of the ${options.length} letters`,
    };
  return {
    asked: taskOf(asked["question"]),
    reasoned: undefined,
    pasted: undefined,
    row: {
      ...begun,
      question: asked["question"],
      options,
      answer: letter,
      reference: optionWords(gold),
      targets: { letter },
    },
  };
}

/** "A: x", "A) x" and "(A) x" as "A. x"; splitting says what is no option. */
const lettered = (option: unknown): string => String(option).replace(/^\s*\(?([A-Z])[.:)]\s*/, "$1. ");
