import type { Diagnostic } from "../schemas/diagnostic.ts";
import { closest } from "../core/suggest.ts";
import type { Layers } from "./layers.ts";
import { isMapping } from "./mapping.ts";

/** The value of an enum input must be one of its words; whatever else is wrong, the schema tells. */
export function checkInputs(layers: Layers): Diagnostic[] {
  const inputs = layers.value["inputs"];
  if (!isMapping(inputs)) return [];
  return Object.entries(inputs).flatMap(([name, input]) => {
    if (!isMapping(input) || input["type"] !== "enum" || !Array.isArray(input["values"])) return [];
    const { default: value } = input;
    const values = input["values"].map(String);
    if (typeof value !== "string" || values.includes(value)) return [];
    const near = closest(value, values);
    const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
    const message = `The input '${name}' must be one of ${values.join(", ")}; it is the text '${value}'.${hint}`;
    return [layers.diagnostic("R0104", ["inputs", name, "default"], message, { suggestion: near })];
  });
}
