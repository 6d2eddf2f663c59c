import { closest } from "../../core/suggest.ts";
import { validateEvent } from "../../schemas/validators.ts";
import type { TrainerEvent } from "../../schemas/generated/trainer-event.ts";
import { DOCUMENT_SCHEMAS } from "../../schemas/documents.ts";
import { explainErrors } from "../rows/explain.ts";
import { show, type Fault } from "../rows/faults.ts";
import { objectOf } from "../rows/read-rows.ts";
import { decodeLine } from "../rows/text-lines.ts";

interface EventSchema {
  required: string[];
  properties: { event: { const: string } };
}
const KINDS = new Map(
  (DOCUMENT_SCHEMAS["trainer-event"] as { oneOf: EventSchema[] }).oneOf.map((schema) => [
    schema.properties.event.const,
    schema,
  ]),
);

/** What a line of an event file holds: an event that fits the schema, nothing, or why it is none. */
export type ReadLine = { event: TrainerEvent } | { event: null } | { faults: Fault[] };

/** Reads the bytes of one line of an event file, without the line feed that ends it. */
export function readEventLine(bytes: Buffer): ReadLine {
  const decoded = decodeLine(bytes);
  if ("fault" in decoded) return { faults: [decoded.fault] };
  const { text } = decoded;
  if (text.trim() === "") return { event: null };
  const read = objectOf(text);
  if ("fault" in read) return { faults: [notFinite(text) ?? read.fault] };
  const validate = validateEvent();
  const { value } = read;
  if (validate(value)) return { event: value };
  const { event } = value as { event?: unknown };
  const schema = typeof event === "string" ? KINDS.get(event) : undefined;
  if (schema === undefined) return { faults: [unknownEvent(event)] };
  const faults = explainErrors(validate.errors ?? [], schema, {}, `the event '${String(event)}'`);
  return { faults };
}

function unknownEvent(event: unknown): Fault {
  const known = [...KINDS.keys()];
  const near = typeof event === "string" ? closest(event, known) : undefined;
  const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
  const text =
    event === undefined
      ? "the key 'event' is missing"
      : `'event' is ${show(event)}; it must be one of ${known.join(", ")}`;
  return { cause: `event ${show(event)}`, text: `${text}.${hint}` };
}

/** Python's `json` and others write these words for numbers that JSON does not have. */
function notFinite(text: string): Fault | undefined {
  const words = /"((?:[^"\\]|\\.)*)"\s*:\s*(NaN|-?Infinity)(?=\s*[,}])/.exec(text);
  if (words === null) return undefined;
  const [, name, word] = words;
  return {
    cause: "not finite",
    text: `'${name}' is ${word}, which is no JSON; it must be a finite number, or be left out.`,
  };
}
