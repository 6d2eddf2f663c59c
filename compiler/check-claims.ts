import { isMetric, KIND_SCHEMAS } from "../schemas/kinds.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { explainError } from "./expression/expression-error.ts";
import type { Layers } from "./layers.ts";
import { findCell } from "./scope.ts";
import { closest } from "./suggest.ts";
import { isMapping, type Path } from "./mapping.ts";
import type { WrittenSteps } from "./written-steps.ts";

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
      ...measured(layers, steps, metric, ["claims", index, "metric"]),
    ];
  });
}

function named(layers: Layers, steps: WrittenSteps, id: unknown, path: Path): Diagnostic[] {
  if (typeof id !== "string") return [];
  try {
    const { included, written } = findCell(steps, null, { name: id, span: [0, id.length] });
    if (included) return [];
    const related = [{ message: "its condition is false", path: written.conditions.at(-1)!.path }];
    const message = `'${id}' is left out by its 'if', so nothing can be claimed of it.`;
    return [layers.diagnostic("R0208", path, message, { related })];
  } catch (error) {
    const { code, message, more } = explainError(error);
    const suggestion = more.suggestion?.replace(/^steps\['(.*)'\]$/, "$1");
    return [layers.diagnostic(code, path, message, { ...more, suggestion })];
  }
}

/** A metric is one that the step's kind gives: a typo must not cost a run. */
function measured(layers: Layers, steps: WrittenSteps, metric: unknown, path: Path): Diagnostic[] {
  if (typeof metric !== "string") return [];
  const [id = "", ...rest] = metric.split(".");
  const wrong = named(layers, steps, id, path);
  if (wrong.length > 0) return wrong;
  const { kind } = findCell(steps, null, { name: id, span: [0, id.length] }).written;
  const name = rest.join(".");
  if (kind === undefined || isMetric(KIND_SCHEMAS[kind]["x-metrics"], name)) return [];
  const known = Object.keys(KIND_SCHEMAS[kind]["x-metrics"]);
  const near = closest(name, known);
  const hint = near === undefined ? `It has: ${known.join(", ")}.` : `Did you mean '${id}.${near}'?`;
  const suggestion = near && `${id}.${near}`;
  return [layers.diagnostic("R0304", path, `${kind} has no metric '${name}'. ${hint}`, { suggestion })];
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
