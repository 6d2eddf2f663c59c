import process from "node:process";

/** A line for a person: to standard error when standard output carries a JSON document. */
export const say = (text: string, json = false): void => {
  (json ? process.stderr : process.stdout).write(`${text}\n`);
};

/** The one JSON document on standard output. */
export const sayJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
};
