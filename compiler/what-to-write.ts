interface Form {
  pattern?: string;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** Whether a text has the form that its schema asks for. */
export const hasForm = (text: string, { pattern }: Form): boolean =>
  pattern === undefined || new RegExp(pattern, "u").test(text);

/** Whether a number stands within the limits of its schema. */
export const isWithinLimits = (
  value: number,
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Form,
): boolean =>
  value >= (minimum ?? -Infinity) &&
  value <= (maximum ?? Infinity) &&
  value > (exclusiveMinimum ?? -Infinity) &&
  value < (exclusiveMaximum ?? Infinity);

const UNITS: Record<string, string> = {
  ...{ sec: "s", second: "s", min: "m", minute: "m" },
  ...{ hour: "h", hr: "h", day: "d" },
};

/** A text of the form that a schema's examples show, made from what was written; undefined where it does not follow. */
export function inForm(text: string, form: Form): string | undefined {
  const examples = form.examples ?? [];
  const made: string[] = [];
  if (examples.includes("90s")) {
    const [, number, unit = "s"] =
      /^([0-9]+)\s*(sec|min|hour|hr|day|minute|second|s|m|h|d)?s?$/i.exec(text.trim()) ?? [];
    if (number !== undefined) made.push(number + (UNITS[unit.toLowerCase()] ?? unit.toLowerCase()));
  }
  if (examples.some((example) => String(example).endsWith(" steps")) && /^[0-9]+$/.test(text.trim()))
    made.unshift(`${text.trim()} steps`);
  return made.find((one) => hasForm(one, form));
}

/** How a schema's texts are written: `It is written like '90s'.`; empty where it shows none. */
export function examplesOf({ examples = [] }: Form): string {
  const form = examples.map((example) => `'${String(example)}'`).join(", ");
  return form === "" ? "" : ` It is written like ${form}.`;
}

/**
 * A list in YAML for a text or number that stands where a list is due: a command's words, or what commas and spaces part. What a
 * shell would read as more than words is given to a shell.
 */
export function asList(value: string | number, isCommand: boolean): string {
  if (typeof value === "number") return `[${value}]`;
  if (isCommand && /["'`$|&;<>*?()#~\\]/.test(value)) return `[sh, -c, ${JSON.stringify(value)}]`;
  const words = value.split(isCommand ? /\s+/ : /[\s,]+/).filter(Boolean);
  return `[${words.map(unquoted).join(", ")}]`;
}

// What YAML reads as a text without quotes, wherever it stands.
const unquoted = (word: string): string =>
  /^[A-Za-z_./][\w./-]*$/.test(word) && !/^(true|false|null|\.(inf|nan))$/i.test(word)
    ? word
    : JSON.stringify(word);
