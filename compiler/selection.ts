import type { Cell } from "./written-steps.ts";

const SELECTION = /^([^[\]]+)\[([^[\]]+)\]$/;
const QUOTED = /^(["'])(.*)\1$/s;

/** `score[method=letter, lr=0.1]` as a step and the values that its cells must have; none for a name without brackets. */
export function selectionOf(name: string): { step: string; values: Map<string, string> } {
  const [, step, inside] = SELECTION.exec(name) ?? [];
  if (step === undefined) return { step: name, values: new Map() };
  const values = inside!.split(",").map((pair): [string, string] => {
    const [key = "", ...rest] = pair.split("=");
    const value = rest.join("=").trim();
    return [key.trim(), QUOTED.exec(value)?.[2] ?? value];
  });
  return { step, values: new Map(values) };
}

/** Whether a cell has these values, however a number is written. */
export const hasValues = ({ matrix }: Cell, values: ReadonlyMap<string, string>): boolean =>
  [...values].every(([key, value]) => {
    const own = matrix[key];
    return (
      own !== undefined &&
      (String(own) === value || (typeof own === "number" && value !== "" && own === Number(value)))
    );
  });
