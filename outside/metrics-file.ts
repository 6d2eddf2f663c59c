import { readFile } from "node:fs/promises";
import { show } from "../data/rows/faults.ts";
import { duplicateKey } from "../data/rows/json-text.ts";
import { decodeLine } from "../data/rows/text-lines.ts";
import { whyNotJson } from "../data/rows/read-rows.ts";
import { StepFailure } from "../core/step-failure.ts";

/** Throws StepFailure unless a program's output of type metrics is one JSON object whose values are finite numbers. */
export async function readMetrics(output: string, file: string): Promise<void> {
  const refuse = (why: string) =>
    new StepFailure(
      "data",
      `The output '${output}' of type metrics ${why}; it must be one JSON object of names and finite numbers, such as {"accuracy": 0.5}.`,
    );
  const decoded = decodeLine(await readFile(file));
  if ("fault" in decoded) throw refuse("is not UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(decoded.text);
  } catch (error) {
    throw refuse(`is not JSON: ${whyNotJson(error as Error, decoded.text)}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw refuse(`is ${show(value)}`);
  const twice = duplicateKey(decoded.text);
  if (twice !== undefined) throw refuse(`has the key '${twice.key}' twice`);
  const odd = Object.entries(value).filter(([, one]) => !Number.isFinite(one));
  if (odd.length > 0)
    throw refuse(`says ${odd.map(([name, one]) => `'${name}' is ${show(one)}`).join(", ")}`);
}
