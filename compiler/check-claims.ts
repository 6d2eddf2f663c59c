import { KIND_SCHEMAS } from "../schemas/kinds.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { ExpressionError } from "./expression/expression-error.ts";
import type { Layers } from "./layers.ts";
import { findCell } from "./scope.ts";
import { closest } from "./suggest.ts";
import { isMapping, type Path, type WrittenSteps } from "./written-steps.ts";

/** Claims must name steps of the recipe (or cells of a matrix); `better` and `than` two that can be compared. */
export function checkClaims(layers: Layers, steps: WrittenSteps): Diagnostic[] {
  const claims = layers.value["claims"];
  if (!Array.isArray(claims)) return [];
  return claims.flatMap((claim: unknown, index) => {
    if (!isMapping(claim)) return [];
    const { better, than, metric } = claim;
    return [
      ...compared(layers, steps, better, ["claims", index, "better"]),
      ...compared(layers, steps, than, ["claims", index, "than"]),
      ...named(layers, steps, typeof metric === "string" ? metric.split(".")[0] : undefined, [
        "claims",
        index,
        "metric",
      ]),
    ];
  });
}

function named(layers: Layers, steps: WrittenSteps, id: unknown, path: Path): Diagnostic[] {
  if (typeof id !== "string") return [];
  try {
    findCell(steps, null, { name: id, span: [0, id.length] });
    return [];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { code, message, suggestion, related } = error;
    const more = related === undefined ? {} : { related: [related] };
    return [
      layers.diagnostic(code, path, message, {
        suggestion: suggestion?.replace(/^steps\['(.*)'\]$/, "$1"),
        ...more,
      }),
    ];
  }
}

function compared(layers: Layers, steps: WrittenSteps, id: unknown, path: Path): Diagnostic[] {
  const wrong = named(layers, steps, id, path);
  if (wrong.length > 0 || typeof id !== "string") return wrong;
  const { kind } = findCell(steps, null, { name: id, span: [0, id.length] }).written;
  if (kind === undefined || kind === "eval/mcq") return [];
  return [layers.diagnostic("R0304", path, `'${id}' is of kind ${kind}; only eval/mcq can be compared.`)];
}

/** `source` and `deviations` must name parameters: of the kind, and for a deviation such that the step sets. */
export function checkNotes(layers: Layers, steps: WrittenSteps): Diagnostic[] {
  return steps.steps.flatMap(({ raw, path, kind }) => {
    if (kind === undefined || !isMapping(raw["with"])) return [];
    const known = Object.keys(KIND_SCHEMAS[kind].properties);
    const set = Object.keys(raw["with"]);
    const unknown = (key: "source" | "deviations", allowed: string[], message: (name: string) => string) =>
      Object.keys(isMapping(raw[key]) ? raw[key] : {}).flatMap((name) => {
        if (allowed.includes(name) || name === "*") return [];
        const near = closest(name, allowed);
        const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
        const found = layers.diagnostic("R0303", [...path, key, name], message(name) + hint, {
          at: "key",
          suggestion: near,
        });
        return [found];
      });
    return [
      ...unknown("source", known, (name) => `'${name}' is no parameter of ${kind}, so it has no source.`),
      ...unknown(
        "deviations",
        set,
        (name) => `'${name}' is stated as a deviation, but the step sets no '${name}'.`,
      ),
    ];
  });
}
