import type { ErrorObject } from "ajv/dist/2020.js";
import { validateQuestion } from "../../schemas/validators.ts";
import { DOCUMENT_SCHEMAS } from "../../schemas/documents.ts";
import { contradictions, sameText } from "./contradictions.ts";
import { explainErrors, dottedPath } from "../rows/explain.ts";
import { show, type Fault } from "../rows/faults.ts";
import { isBlank, textFaults } from "./text-faults.ts";

// What other tools and data sets call our keys.
const ALSO_CALLED = {
  ...{ choices: "options", candidates: "options", label: "answer", gold: "answer", solution: "answer" },
  ...{ problem: "question", prompt: "question", video_path: "video", path: "video", category: "task" },
};
const OPTION = /^[A-Z][.:] ./;
const LETTERS = 26;

/**
 * What is wrong with a row of a dataset, each cause once: its shape by the schema, and whether letters, options, texts and
 * targets fit together. Of the keys that rows may leave out it must have those that are `needed`. Empty for a row that can be used as it is.
 */
export function questionFaults(value: unknown, needed: readonly string[] = []): Fault[] {
  const schema: { required?: readonly string[] } = DOCUMENT_SCHEMAS.question;
  const validate = validateQuestion();
  const errors = validate(value) ? [] : (validate.errors ?? []);
  const row = (value ?? {}) as Record<string, unknown>;
  const { answer, options } = row;
  const required = [...needed, ...(typeof answer === "string" ? ["options"] : [])];
  const missing = required.filter((key) => !(key in row)).map(missingKey);
  // These two have sentences of their own.
  const others = errors.filter((error) => !/^(?:answer|options)\b/.test(dottedPath(error)));
  return [
    ...explainErrors(
      [...others, ...missing],
      { required: [...(schema.required ?? []), ...needed] },
      ALSO_CALLED,
    ),
    ...("answer" in row ? answerFaults(answer, options) : []),
    ...("options" in row ? optionsFaults(options) : []),
    ...lettersFaults(answer, options),
    ...textFaults(row),
    ...contradictions(row),
  ];
}

/** As the schema would say it of a key that it requires. */
const missingKey = (key: string): ErrorObject => ({
  ...{ keyword: "required", instancePath: "", schemaPath: "#/required" },
  params: { missingProperty: key },
});

function answerFaults(answer: unknown, options: unknown): Fault[] {
  if (answer === null || (typeof answer === "string" && /^[A-Z]$/.test(answer))) return [];
  const must = "it must be one capital letter as text, or null for a row that is not scored by letter";
  const text = `'answer' is ${show(answer)}; ${must}.${letterHint(answer, options)}`;
  return [{ cause: "answer form", text }];
}

function letterHint(answer: unknown, options: unknown): string {
  if (typeof answer === "number") return " A number does not say whether it counts from 0 or from 1.";
  if (typeof answer !== "string") return "";
  const letter = /^[\s(["']*([A-Za-z])[\s.:)\]"']*$/.exec(answer)?.[1];
  if (letter !== undefined) return ` Write "${letter.toUpperCase()}".`;
  if (/^\s*\(?[A-Z][.:)]/.test(answer)) return " Write the letter alone.";
  const named = (Array.isArray(options) ? (options as unknown[]) : []).filter(
    (option) => typeof option === "string" && OPTION.test(option) && sameText(option.slice(2), answer),
  );
  return named.length === 1 ? ` It is the text of an option: write "${(named[0] as string)[0]!}".` : "";
}

function optionsFaults(options: unknown): Fault[] {
  const must = 'must be a list of texts that begin with their letter, such as ["A. left", "B. right"]';
  if (!Array.isArray(options)) {
    const hint = isObject(options)
      ? asList(options)
      : options === null
        ? " Of an open question it is []."
        : "";
    return [{ cause: "options form", text: `'options' is ${show(options)}; it ${must}.${hint}` }];
  }
  if (options.length > LETTERS)
    return [
      {
        cause: "options count",
        text: `'options' is a list of ${options.length}; there are letters for ${LETTERS}.`,
      },
    ];
  const wrong = options.findIndex((option) => typeof option !== "string" || !OPTION.test(option));
  if (wrong !== -1) {
    const option: unknown = options[wrong];
    return [
      {
        cause: "option form",
        text: `'options.${wrong}' is ${show(option)}; it must be a text that begins with its letter, a full stop and a space.${written(option, wrong)}`,
      },
    ];
  }
  const blank = (options as string[]).find((option) => isBlank(option.slice(2)));
  return blank === undefined
    ? []
    : [{ cause: "option blank", text: `the option ${blank[0]!} of 'options' has no text.` }];
}

/** How an option is written, by its own letter or, without one, that of its place. */
function written(option: unknown, place: number): string {
  if (typeof option === "string" && option.trim() === "") return "";
  if (typeof option !== "string" && typeof option !== "number") return "";
  const [, own, rest] = /^\s*\(?([A-Za-z])[.:)]\s*(\S.*)$/s.exec(String(option)) ?? [];
  const letter = own?.toUpperCase() ?? String.fromCodePoint(65 + place);
  return ` Write ${show(`${letter}. ${(rest ?? String(option)).trim()}`)}.`;
}

function asList(options: object): string {
  const entries = Object.entries(options).slice(0, 4);
  if (!entries.every(([key, text]) => /^[A-Za-z]$/.test(key) && typeof text === "string")) return "";
  const listed = entries.map(([key, text]) => show(`${key.toUpperCase()}. ${String(text)}`));
  return ` Write [${listed.join(", ")}${Object.keys(options).length > 4 ? ", …" : ""}].`;
}

/** Each letter stands before one option, and the gold letter is one of them. */
function lettersFaults(answer: unknown, options: unknown): Fault[] {
  if (!Array.isArray(options) || options.length > LETTERS) return [];
  const gold = typeof answer === "string" && /^[A-Z]$/.test(answer) ? answer : undefined;
  if (options.length === 0)
    return gold === undefined
      ? []
      : [
          {
            cause: "answer without options",
            text: `'answer' is "${gold}", but 'options' is empty: a gold letter needs its option. List the options, or give null for an open question.`,
          },
        ];
  if (!options.every((option): option is string => typeof option === "string" && OPTION.test(option)))
    return [];
  const letters = options.map((option) => option[0]!);
  const twice = letters.findIndex((letter, index) => letters.indexOf(letter) < index);
  const faults: Fault[] = [];
  if (twice !== -1) {
    const first = options[letters.indexOf(letters[twice]!)];
    faults.push({
      cause: "letter twice",
      text: `the letter ${letters[twice]!} stands before two of the 'options': ${show(first)} and ${show(options[twice])}.`,
    });
  }
  if (gold !== undefined && !letters.includes(gold))
    faults.push({
      cause: "answer no option",
      text: `'answer' is "${gold}", which is none of the letters of 'options': ${[...new Set(letters)].join(", ")}.`,
    });
  return faults;
}

const isObject = (value: unknown): value is object =>
  value !== null && typeof value === "object" && !Array.isArray(value);
