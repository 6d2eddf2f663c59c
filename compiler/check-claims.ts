import { splitMetric } from "../schemas/metric-name.ts";
import { comparedOutput, type ComparedOutput } from "../schemas/compared-output.ts";
import { declaring, isMetric } from "../schemas/kinds.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { checkSeeds } from "./check-seeds.ts";
import { cellsNamed } from "./claim-cells.ts";
import { explainError } from "./expression/expression-error.ts";
import { evaluate, typeOf } from "./expression/evaluate.ts";
import { namesOf } from "./expression/names-in.ts";
import { parseExpression, type Expression } from "./expression/parse-expression.ts";
import type { Layers } from "./layers.ts";
import { outputsOf } from "./outputs.ts";
import { findCell, valuesOf } from "./scope.ts";
import { isGiven, parameterNames } from "./parameter.ts";
import { selectionOf } from "./selection.ts";
import { closest } from "../core/suggest.ts";
import { entryOf, isMapping, type Path } from "./mapping.ts";
import type { Cell, WrittenStep, WrittenSteps } from "./written-steps.ts";

/** Claims must name steps of the recipe, or cells of a matrix, and metrics that those give. */
export function checkClaims(layers: Layers, steps: WrittenSteps): Diagnostic[] {
  const claims = layers.value["claims"];
  if (!Array.isArray(claims)) return [];
  return claims.flatMap((claim: unknown, index) => {
    if (!isMapping(claim)) return [];
    const at = (key: string): Path => ["claims", index, key];
    const { better, than, metric, that } = claim;
    return [
      ...checkSeeds(layers, steps, claim, ["claims", index]),
      ...(typeof better === "string" ? compared(layers, steps, better, at("better")) : []),
      ...(typeof than === "string" ? compared(layers, steps, than, at("than")) : []),
      ...(typeof better === "string" && typeof than === "string"
        ? commonMeasure(layers, steps, [better, than], at("than"))
        : []),
      ...(typeof metric === "string"
        ? measured(layers, steps, splitMetric(metric) ?? [metric, ""], at("metric"))
        : []),
      ...(typeof that === "string" ? expressed(layers, steps, that, at("that")) : []),
    ];
  });
}

/** The cells that a name means; a typo must not cost a run. */
function named(layers: Layers, steps: WrittenSteps, id: string, path: Path): Cell[] | Diagnostic[] {
  const cells = cellsNamed(steps, id);
  if (cells === undefined) {
    try {
      findCell(steps, null, { name: id, span: [0, id.length] });
    } catch (error) {
      const { code, message, more } = explainError(error);
      const suggestion = more.suggestion?.replace(/^steps\['(.*)'\]$/, "$1");
      return [layers.diagnostic(code, path, message, { ...more, suggestion })];
    }
  }
  if (cells!.length === 0) {
    const has = valuesOf(steps.byId.get(selectionOf(id).step)!);
    return [layers.diagnostic("R0201", path, `No cell is '${id}': ${has}.`)];
  }
  if (cells!.some(({ included }) => included)) return cells!;
  const related = [{ message: "its condition is false", path: cells![0]!.written.conditions.at(-1)!.path }];
  const message = `'${id}' is left out by its 'if', so nothing can be claimed of it.`;
  return [layers.diagnostic("R0208", path, message, { related })];
}

const areCells = (found: Cell[] | Diagnostic[]): found is Cell[] =>
  found.length === 0 || "written" in found[0]!;

/** A metric is one that the step's kind gives. */
function measured(
  layers: Layers,
  steps: WrittenSteps,
  [id, metric]: readonly [step: string, metric: string],
  path: Path,
): Diagnostic[] {
  const found = named(layers, steps, id, path);
  if (!areCells(found)) return found;
  const written = found[0]?.written;
  const kind = written?.kind;
  if (kind === undefined) return [];
  const declared = declaredMetrics(written!);
  const known = declared ?? Object.keys(kind.schema["x-metrics"]);
  if (declared?.includes(metric) ?? isMetric(kind.schema["x-metrics"], metric)) return [];
  const near = closest(metric, known);
  const hint =
    near === undefined ? `It has: ${known.join(", ") || "none"}.` : `Did you mean '${id}.${near}'?`;
  const suggestion = near && `${id}.${near}`;
  const message =
    declared === undefined
      ? `${kind.name} has no metric '${metric}'. ${hint}`
      : `'${id}' declares no metric '${metric}'. ${hint}`;
  const related = declared && [
    { message: "its metrics", path: [...written!.path, "with", declaring(kind.schema, "metrics")!] },
  ];
  return [layers.diagnostic("R0304", path, message, { suggestion, ...(related && { related }) })];
}

/** The metrics that a step of a kind with no fixed ones says it gives; undefined where an expression names them. */
function declaredMetrics({ raw, kind }: WrittenStep): string[] | undefined {
  const parameter = kind && declaring(kind.schema, "metrics");
  if (parameter === undefined) return undefined;
  const declared = entryOf(raw["with"], parameter);
  return Array.isArray(declared) &&
    declared.every((name): name is string => typeof name === "string" && !name.includes("${{"))
    ? declared
    : undefined;
}

function expressed(layers: Layers, steps: WrittenSteps, text: string, path: Path): Diagnostic[] {
  try {
    const tree = parseExpression(text);
    const names = namesOf(tree);
    if (names.length === 0)
      return [
        layers.diagnostic("R0304", path, "The expression names no metric, so every run would show the same."),
      ];
    const found = names.flatMap(([step = "", ...metric]) =>
      measured(layers, steps, [step, metric.join(".")], path),
    );
    return found.length > 0 ? found : numeric(layers, tree, path);
  } catch (error) {
    const { code, message, more } = explainError(error);
    return [layers.diagnostic(code, path, message, more)];
  }
}

/** An expression over metrics must give a number, whatever the metrics are. Throws ExpressionError for what it cannot do. */
function numeric(layers: Layers, tree: Expression, path: Path): Diagnostic[] {
  let some = 0.3;
  const value = evaluate(tree, () => (some += 0.1));
  if (typeof value === "number") return [];
  return [
    layers.diagnostic("R0207", path, `The expression gives ${typeOf(value)}; a claim is about a number.`),
  ];
}

function compared(layers: Layers, steps: WrittenSteps, id: string, path: Path): Diagnostic[] {
  const found = named(layers, steps, id, path);
  if (!areCells(found)) return found;
  const written = found[0]?.written;
  const output = written && outputOf(steps, written);
  if (output === undefined || !Array.isArray(output)) return [];
  const message =
    output.length > 0
      ? `'${id}' has several outputs that can be compared: ${output.join(", ")}. Call the one that counts 'predictions'.`
      : `'${id}' is of kind ${written!.kind?.name}${givesOwn(written!) ? ", and declares no output of type predictions" : ""}; only what gives predictions or scores can be compared.`;
  return [layers.diagnostic("R0304", path, message)];
}

const givesOwn = ({ kind }: WrittenStep): boolean =>
  kind !== undefined && declaring(kind.schema, "outputs") !== undefined;

/** What of a step is compared; undefined where its kind is not known. */
function outputOf(
  { kinds }: WrittenSteps,
  { kind, raw }: WrittenStep,
): ComparedOutput | string[] | undefined {
  if (kind === undefined) return undefined;
  return comparedOutput(outputsOf(kinds, kind, isMapping(raw["with"]) ? raw["with"] : {}));
}

/** Right letters and a judge's points have no common measure. */
function commonMeasure(
  layers: Layers,
  steps: WrittenSteps,
  [better, than]: [string, string],
  path: Path,
): Diagnostic[] {
  const [ours, theirs] = [better, than].map((id) => {
    const written = cellsNamed(steps, id)?.[0]?.written;
    const output = written && outputOf(steps, written);
    return output === undefined || Array.isArray(output) ? undefined : output.measure;
  });
  if (ours === undefined || theirs === undefined || ours === theirs) return [];
  const message = `'${better}' gives ${ours} and '${than}' gives ${theirs}: the two have no common measure.`;
  return [layers.diagnostic("R0304", path, message)];
}

/** `source` and `deviations` must name parameters: of the kind, and for a deviation such that the step sets. */
export function checkNotes(layers: Layers, steps: WrittenSteps): Diagnostic[] {
  return steps.steps.flatMap(({ raw, path, kind }) => {
    if (kind === undefined || !isMapping(raw["with"])) return [];
    const given = raw["with"];
    const known = parameterNames(kind.schema.properties, given);
    const set = [
      ...Object.keys(given),
      ...known.filter((name) => name.includes(".") && isGiven(given, name)),
    ];
    const unknown = (key: "source" | "deviations", allowed: string[], message: (name: string) => string) =>
      Object.keys(isMapping(raw[key]) ? raw[key] : {}).flatMap((name) => {
        if (allowed.includes(name) || name === "*") return [];
        const near = allowed.find((other) => other.endsWith(`.${name}`)) ?? closest(name, allowed);
        const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
        const found = layers.diagnostic("R0303", [...path, key, name], message(name) + hint, {
          at: "key",
          suggestion: near,
        });
        return [found];
      });
    return [
      ...unknown(
        "source",
        known,
        (name) => `'${name}' is no parameter of ${kind.name}, so it has no source.`,
      ),
      ...unknown(
        "deviations",
        set,
        (name) => `'${name}' is stated as a deviation, but the step sets no '${name}'.`,
      ),
    ];
  });
}
