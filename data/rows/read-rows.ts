import { show, type Fault, type LineFault } from "./faults.ts";
import { duplicateKey } from "./json-text.ts";
import { textLines, type TextLine } from "./text-lines.ts";

/** A row with its line, from 1. */
export interface Row<T> {
  row: T;
  line: number;
}

/**
 * Reads a file of one JSON object a line. Every line is looked at, and `faultsOf` says what is wrong with each object; a
 * row without a fault is a T. Blank lines are left out.
 */
export function readRows<T>(
  bytes: Buffer,
  faultsOf: (value: object) => Fault[],
): { rows: Row<T>[]; faults: LineFault[] } {
  const { objects, faults } = readObjects(bytes);
  const rows = objects.flatMap(({ row, line }): Row<T>[] => {
    const wrong = faultsOf(row);
    faults.push(...wrong.map((fault) => ({ ...fault, line })));
    return wrong.length === 0 ? [{ line, row: row as T }] : [];
  });
  return { rows, faults };
}

/** The objects of a file of one JSON object a line, and what is wrong with the other lines or the whole file. */
export function readObjects(bytes: Buffer): { objects: Row<object>[]; faults: LineFault[] } {
  const { lines, faults } = textLines(bytes);
  const full = lines.filter(({ text }) => text.trim() !== "");
  const other = otherForm(full);
  if (other !== undefined) return { objects: [], faults: [...faults, other] };
  const objects: Row<object>[] = [];
  for (const { number: line, text } of full) {
    const read = objectOf(text);
    if ("fault" in read) faults.push({ ...read.fault, line });
    else objects.push({ line, row: read.value });
  }
  return { objects, faults };
}

/** The object that a line holds, or why there is none. */
export function objectOf(text: string): { value: object } | { fault: Fault } {
  // Files that were put together have a byte order mark within, too.
  const json = text.replace(/^\uFEFF/, "");
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { fault: { cause: "json", text: `the line is not JSON: ${whyNotJson(error as Error, json)}.` } };
  }
  if (value === null || typeof value !== "object" || Array.isArray(value))
    return { fault: { cause: "object", text: `the line is ${show(value)}; it must be one JSON object.` } };
  const twice = duplicateKey(json, value);
  if (twice === undefined) return { value };
  const key = JSON.stringify(twice.key).slice(1, -1);
  return {
    fault: {
      cause: `twice ${key}`,
      text: `the key '${key}' stands twice in one object, again at column ${twice.at + 1}: one of the two would be lost.`,
    },
  };
}

/** A file that is one JSON list, or one object over several lines, is told as such, not line by line. */
function otherForm(lines: readonly TextLine[]): LineFault | undefined {
  const first = lines[0];
  const begins = first?.text.replace(/^\uFEFF/, "").trim();
  if (begins === undefined) return undefined;
  // Not of one line alone.
  const fault = (text: string): LineFault => ({ line: null, cause: text, text });
  if (begins.startsWith("[") && (lines.length > 1 || begins.endsWith("]")))
    return fault(
      "it is one JSON list; it must have one JSON object a line. `jq -c '.[]' FILE` writes it so.",
    );
  if (begins === "{")
    return fault("it has an object over several lines; each must stand in one. `jq -c . FILE` writes it so.");
  return undefined;
}

/** The parser's words for an error, with a column where it says one. */
export function whyNotJson({ message }: Error, json: string): string {
  const at = Number(/ JSON at position (\d+)/.exec(message)?.[1] ?? Number.NaN);
  if (message.includes("Unexpected end of JSON") || at >= json.length)
    return `it is cut at column ${json.length + 1}`;
  const words = message
    .replace(/ (?:in|after) JSON at position .*$/s, ` at column ${at + 1}`)
    .replace(/\.* is not valid JSON$/, "");
  // What stands in the line is shown, whatever it is.
  return JSON.stringify(words).slice(1, -1).replaceAll('\\"', '"').slice(0, 160);
}
