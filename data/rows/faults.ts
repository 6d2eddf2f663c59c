/** Something wrong with a row. Faults of the same cause are told once, with all their lines. */
export interface Fault {
  cause: string;
  text: string;
}

/** A fault with its line, from 1; null where it is the whole file's. */
export interface LineFault extends Fault {
  line: number | null;
}

const MOST_CAUSES = 10;
const MOST_LINES = 5;

/** All faults of a file as one text: each cause once, with the line of its first and the numbers of further ones. */
export function tellFaults(file: string, faults: readonly LineFault[], see: string): string {
  const causes = new Map<string, { first: LineFault; more: Set<number> }>();
  const byLine = [...faults].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  for (const fault of byLine) {
    const known = causes.get(fault.cause);
    if (known === undefined) causes.set(fault.cause, { first: fault, more: new Set() });
    else if (fault.line !== null && fault.line !== known.first.line) known.more.add(fault.line);
  }
  const told = [...causes.values()].map(({ first, more }) => {
    const where = first.line === null ? file : `${file}:${first.line}`;
    return `${where}: ${first.text}${alsoIn([...more])}`;
  });
  const left = told.length - MOST_CAUSES;
  return [
    ...told.slice(0, MOST_CAUSES),
    ...(left > 0 ? [`And ${left} more kinds of faults.`] : []),
    see,
  ].join(told.length === 1 ? " " : "\n");
}

function alsoIn(lines: number[]): string {
  if (lines.length === 0) return "";
  const named = lines.slice(0, MOST_LINES).join(", ");
  const left = lines.length - MOST_LINES;
  return ` Also in line${lines.length === 1 ? "" : "s"} ${named}${left > 0 ? ` and ${left} more` : ""}.`;
}

const LONGEST = 60;

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (typeof value === "string") {
    const cut = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
    return JSON.stringify(cut);
  }
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object") return `an object with ${keysOf(value)}`;
  if (typeof value === "number") return `the number ${value}`;
  return `a ${typeof value}`;
}

/** The keys of an object, for a message. */
function keysOf(value: object): string {
  const keys = Object.keys(value).map((key) => JSON.stringify(key).slice(1, -1).slice(0, LONGEST));
  if (keys.length === 0) return "no key";
  const more = keys.length > 12 ? `, … (${keys.length})` : "";
  return `the key${keys.length === 1 ? "" : "s"} ${keys.slice(0, 12).join(", ")}${more}`;
}
