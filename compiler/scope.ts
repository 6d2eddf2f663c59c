import { isGivenType } from "../core/outside-kind.ts";
import { ExpressionError, type Span } from "./expression/expression-error.ts";
import { type Lookup } from "./expression/evaluate.ts";
import { Reference, type Value } from "./expression/value.ts";
import { outputsOf } from "./outputs.ts";
import { hasValues, selectionOf } from "./selection.ts";
import { meantName } from "../core/suggest.ts";
import { isMapping, type Mapping } from "./mapping.ts";
import { valuesKey, type WrittenStep, type WrittenSteps, type Cell } from "./written-steps.ts";

interface Part extends Span {
  name: string;
}

/** What names in expressions mean. */
export interface Scope {
  inputs: Mapping;
  steps: WrittenSteps;
}

const ROOTS = ["steps", "inputs", "matrix"];

/** The names that an expression of one cell may use. `steps` is refused where results cannot be waited for. */
export function lookupIn({ inputs, steps }: Scope, cell: Cell | null, withSteps: boolean): Lookup {
  return (found, whole) => {
    const parts = found.map(({ name, span }) => ({ name, span: span.span }));
    switch (parts[0]!.name) {
      case "inputs":
        return lookUpInput(inputs, exactly(parts, 2, "inputs.<input>", whole)[1]!);
      case "matrix":
        return lookUpMatrix(cell?.matrix ?? {}, exactly(parts, 2, "matrix.<key>", whole)[1]!);
      case "steps":
        if (!withSteps) {
          const message = "What a step gives is not known before the run; only inputs and the matrix are.";
          throw new ExpressionError("R0206", whole, message);
        }
        return lookUpStep(steps, cell, parts, whole);
      default: {
        const { name, span } = parts[0]!;
        const near = meantName(name, ROOTS);
        const hint = near === undefined ? `Names begin with ${ROOTS.join(", ")}.` : `Did you mean '${near}'?`;
        throw new ExpressionError("R0206", span, `There is no '${name}'. ${hint}`, near);
      }
    }
  };
}

function exactly(parts: Part[], count: number, form: string, span: Span["span"]): Part[] {
  if (parts.length === count) return parts;
  throw new ExpressionError("R0206", span, `This is written ${form}.`);
}

function noSuch(
  code: "R0201" | "R0202" | "R0203",
  what: string,
  { name, span }: Part,
  known: string[],
  related?: ExpressionError["related"],
): never {
  // Of one there is only one that can be meant.
  const near = meantName(name, known) ?? (code === "R0202" && known.length === 1 ? known[0] : undefined);
  const list = known.length > 12 ? `${known.slice(0, 12).join(", ")}, …` : known.join(", ") || "none";
  const hint = near === undefined ? `There is: ${list}.` : `Did you mean '${near}'?`;
  throw new ExpressionError(code, span, `There is no ${what} '${name}'. ${hint}`, near, related);
}

function lookUpInput(inputs: Mapping, part: Part): Value | Reference {
  const { name, span } = part;
  const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  if (input === undefined) return noSuch("R0203", "input", part, Object.keys(inputs));
  const { type, default: value } = isMapping(input) ? input : {};
  if (type === "secret") return new Reference({ from: "secret", input: name }, span);
  if (typeof type === "string" && isGivenType(type))
    return new Reference({ from: "input", input: name }, span);
  // What is no text is told where it stands, not where it is used too.
  if (type === "string" && (typeof value === "number" || typeof value === "boolean")) return String(value);
  if (typeof value === "string" || typeof value === "number") return value;
  const related = { message: `'${name}' is declared here`, path: ["inputs", name] };
  const message = `The input '${name}' has no value. Give it a default, or --set inputs.${name}=…`;
  throw new ExpressionError("R0308", span, message, undefined, related);
}

function lookUpMatrix(values: Cell["matrix"], part: Part): Value {
  const value = Object.hasOwn(values, part.name) ? values[part.name] : undefined;
  return value ?? noSuch("R0203", "matrix key", part, Object.keys(values));
}

function lookUpStep(steps: WrittenSteps, from: Cell | null, parts: Part[], whole: Span["span"]): Reference {
  const [, stepPart, outputs, output] = parts;
  const form = "A step's output is written steps.<step>.outputs.<output>";
  if (stepPart === undefined || outputs === undefined) throw new ExpressionError("R0206", whole, `${form}.`);
  const target = findCell(steps, from, stepPart);
  if (outputs.name !== "outputs") {
    const near = meantName(outputs.name, ["outputs"]);
    const hint =
      near === undefined
        ? "Other results of a step are not known before the run."
        : "Did you mean 'outputs'?";
    throw new ExpressionError("R0206", outputs.span, `${form}. ${hint}`, near);
  }
  if (output === undefined || parts.length > 4) throw new ExpressionError("R0206", whole, `${form}.`);
  const { kind } = target.written;
  const declared = target.written.raw["with"];
  const known = kind === undefined ? null : outputsOf(steps.kinds, kind, isMapping(declared) ? declared : {});
  if (known !== null && !Object.hasOwn(known, output.name)) {
    const related = {
      message: `'${target.written.id}' is of kind ${kind?.name}`,
      path: [...target.written.path, "uses"],
    };
    return noSuch(
      "R0202",
      `output of '${target.written.id}' with the name`,
      output,
      Object.keys(known),
      related,
    );
  }
  if (!target.included && from?.included !== false) {
    const path = target.written.conditions.at(-1)!.path;
    const related = { message: `the condition of '${target.id}' is false`, path };
    throw new ExpressionError(
      "R0208",
      stepPart.span,
      `'${target.id}' is left out by its 'if'.`,
      undefined,
      related,
    );
  }
  return new Reference({ from: "step", step: target.id, output: output.name }, output.span);
}

/** The cell that a name means: itself, or of a step with a matrix the one with the same values. */
export function findCell(steps: WrittenSteps, from: Cell | null, part: Part): Cell {
  const exact = steps.cells.get(part.name);
  if (exact !== undefined && (exact.written.keys.length === 0 || !steps.byId.has(part.name))) return exact;
  const selection = selectionOf(part.name);
  const written = steps.byId.get(selection.step);
  if (written !== undefined && selection.values.size > 0) return selectedCell(written, from, part);
  if (written === undefined) {
    const group = steps.groups.get(part.name);
    if (group === undefined) return noSuch("R0201", "step", part, steps.names);
    const inside = group.map(({ id }) => id).join(", ");
    throw new ExpressionError(
      "R0201",
      part.span,
      `'${part.name}' is a group; name one of its steps: ${inside}.`,
    );
  }
  return sameCell(written, from) ?? needsCell(written, part);
}

/** The one cell with the values in brackets; for other keys of its matrix, with those of the cell that asks. */
function selectedCell(written: WrittenStep, from: Cell | null, part: Part): Cell {
  const { values } = selectionOf(part.name);
  const found = written.cells.filter((cell) => hasValues(cell, values));
  if (found.length === 0)
    throw new ExpressionError("R0201", part.span, `No cell is '${part.name}': ${valuesOf(written)}.`);
  const others = written.keys.filter((key) => !values.has(key));
  const own = found.find(({ matrix }) => others.every((key) => matrix[key] === from?.matrix[key]));
  return (found.length === 1 ? found[0] : own) ?? needsCell(written, part);
}

/** What the keys of a step's matrix can be, in words. */
export function valuesOf({ keys, cells }: WrittenStep): string {
  const known = keys.map(
    (key) => `${key}: ${[...new Set(cells.map(({ matrix }) => matrix[key]))].join(", ")}`,
  );
  return known.length === 0 ? "it has no matrix" : `its matrix has ${known.join("; ")}`;
}

/** The cell of a step that has the same values as the cell that asks. */
export function sameCell(written: WrittenStep, from: Cell | null): Cell | undefined {
  return written.byValues.get(valuesKey(written.keys, from?.matrix ?? {}));
}

/** A cell as an expression names it: `walks[seed=1]`. */
function selectorOf(id: string, cell: Cell | undefined): string {
  const values = Object.entries(cell?.matrix ?? {}).map(([key, value]) => {
    const text = String(value);
    return `${key}=${typeof value !== "string" || /^[A-Za-z_]\w*$/.test(text) ? text : `'${text}'`}`;
  });
  return `${id}[${values.join(", ")}]`;
}

function needsCell({ id, keys, cells, path }: WrittenStep, { span }: Part): never {
  const example = selectorOf(id, cells[0]);
  const message = `'${id}' runs once for each combination of its matrix (${keys.join(", ")}), and none has the values of this step. Name one, such as steps.${example}.`;
  throw new ExpressionError("R0209", span, message, example, {
    message: "the matrix",
    path: [...path, "matrix"],
  });
}
