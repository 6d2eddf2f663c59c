interface Field {
  called: string;
  from: number;
  to: number;
  names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { called: "minute", from: 0, to: 59 },
  { called: "hour", from: 0, to: 23 },
  { called: "day of month", from: 1, to: 31 },
  {
    called: "month",
    from: 1,
    to: 12,
    names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { called: "day of week", from: 0, to: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

/** What is wrong with a cron expression of five fields, in a sentence; null for nothing. */
export function wrongCron(cron: string): string | null {
  const written = cron.trim().split(/\s+/);
  if (written.length !== FIELDS.length)
    return `'${cron}' has ${written.length} of the five fields: ${FIELDS.map(({ called }) => called).join(", ")}.`;
  for (const [index, field] of FIELDS.entries()) {
    const wrong = written[index]!.split(",").find((part) => !isPart(part, field));
    if (wrong !== undefined)
      return `'${wrong}' is no ${field.called}: it is *, a number from ${field.from} to ${field.to}, a range such as ${field.from}-${field.to}, or either with /steps.`;
  }
  return null;
}

function isPart(part: string, field: Field): boolean {
  const [, range = "", step] = /^([^/]*)(?:\/(\d{1,4}))?$/.exec(part) ?? [];
  if (step !== undefined && Number(step) === 0) return false;
  if (range === "*") return true;
  const ends = range.split("-").map((end) => valueOf(end, field));
  if (ends.length > 2 || ends.some((end) => end === null)) return false;
  return ends.length === 1 || ends[0]! <= ends[1]!;
}

function valueOf(text: string, { from, to, names = [] }: Field): number | null {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + from;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : null;
}
