import { sameText } from "../../data/questions/contradictions.ts";
import { show } from "../../data/rows/faults.ts";
import { splitOptions, optionWords } from "./options.ts";
import { foundKeys, shapeDoubt } from "./shape.ts";
import type { Reading } from "./training-row.ts";
import { taskOf, type Task, type Way } from "./wording.ts";
import { agreeing, counted } from "../../schemas/counted.ts";

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
  const doubt = shapeDoubt(raw, { video: "text" });
  if (doubt !== undefined) return { doubt };
  const record = raw as Record<string, unknown> & { video: string };
  const row = {
    id: `${file.part}-${file.task}-${file.way}-${key}`,
    video: record.video,
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
  const answer = `${way}_answer`;
  const doubt = shapeDoubt(record, { question: "text", [answer]: "text" });
  if (doubt !== undefined) return { doubt };
  const [question, reference] = [record["question"] as string, record[answer] as string];
  const row = { ...begun, question, options: [], answer: null, reference, targets: {} };
  return { row, asked: begun.task, reasoned: undefined, pasted: undefined };
}

function multipleChoice(record: Record<string, unknown>, begun: Begun, { file, answerKey }: Place): Reading {
  const within = `${file.way}_mcq`;
  const doubt =
    shapeDoubt(record, { [within]: "object" }) ??
    shapeDoubt(record[within], { question: "text", options: "list" }, ` in '${within}'`);
  if (doubt !== undefined) return { doubt };
  const asked = record[within] as Record<string, unknown> & { question: string; options: unknown[] };
  const odd = asked.options.find((option) => typeof option !== "string");
  if (odd !== undefined) return { doubt: `'options' in '${within}' holds ${show(odd)}; each must be a text` };
  const options = splitOptions((asked.options as string[]).map(lettered).join(", "));
  if ("doubt" in options) return options;
  if (options.length !== asked.options.length)
    return {
      doubt: `'options' lists ${counted(asked.options.length, "text")}, which ${agreeing(asked.options.length, "reads", "read")} as ${counted(options.length, "option")}`,
    };
  const holder = [asked, record].find((one) => one[answerKey] !== undefined);
  if (holder === undefined)
    return {
      doubt: `the key '${answerKey}' of the gold letter is missing; found ${foundKeys(asked)} in '${within}', ${foundKeys(record)} beside it`,
    };
  const gold = goldLetter(holder[answerKey], options, answerKey);
  if ("doubt" in gold) return gold;
  return {
    asked: taskOf(asked.question),
    reasoned: undefined,
    pasted: undefined,
    row: {
      ...begun,
      question: asked.question,
      options,
      answer: gold.letter,
      reference: gold.text,
      targets: { letter: gold.letter },
    },
  };
}

/** The gold letter with its option's text. A text beside the letter must be that option's. */
function goldLetter(
  answer: unknown,
  options: readonly string[],
  key: string,
): { letter: string; text: string } | { doubt: string } {
  if (typeof answer !== "string")
    return { doubt: `'${key}' is ${show(answer)}; it must be the gold letter, as a text` };
  const [, letter, said = ""] = /^\s*\(?([A-Z])(?:[.:)]\s*(.*?))?\s*$/s.exec(answer) ?? [];
  const option = options.find((one) => letter !== undefined && one.startsWith(`${letter}.`));
  if (letter === undefined || option === undefined)
    return { doubt: `'${key}' is ${show(answer)}, none of the ${options.length} letters` };
  const text = optionWords(option);
  return said === "" || sameText(said, text)
    ? { letter, text }
    : { doubt: `'${key}' is ${show(answer)}, but the option ${letter} is ${show(text)}` };
}

/** "A: x", "A) x" and "(A) x" as "A. x"; splitting says what is no option. */
const lettered = (option: string): string => option.replace(/^\s*\(?([A-Z])[.:)]\s*/, "$1. ");
