import { closest } from "../../core/suggest.ts";
import { ExpressionError, type Span } from "./expression-error.ts";
import { FUNCTIONS } from "./functions.ts";
import { Reference, type Value } from "./value.ts";
import type { BinaryOperator, Expression } from "./parse-expression.ts";

/** Gives the value of a dotted name. Throws ExpressionError when there is none. */
export type Lookup = (parts: { name: string; span: Span }[], span: Span["span"]) => Value | Reference;

/** The value of an expression. Pure and typed: nothing is converted silently, and both sides are always looked at. */
export function evaluate(expression: Expression, lookup: Lookup): Value | Reference {
  switch (expression.type) {
    case "literal":
      return expression.value;
    case "name":
      return lookup(expression.parts, expression.span);
    case "list":
      return expression.items.map((item) => valueOf(item, lookup));
    case "not":
      return !boolean(expression.of, lookup, "!");
    case "minus":
      return -number(expression.of, lookup, "-");
    case "choice": {
      const [then, otherwise] = [evaluate(expression.then, lookup), evaluate(expression.otherwise, lookup)];
      return boolean(expression.condition, lookup, "?") ? then : otherwise;
    }
    case "call":
      return call(expression, lookup);
    case "binary":
      return binary(expression.operator, expression.left, expression.right, lookup);
  }
}

export const typeOf = (value: Value | Reference): string => {
  if (value instanceof Reference) return value.origin.from === "secret" ? "a secret" : "an artifact";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return { string: "a text", number: "a number", boolean: "true or false" }[typeof value as "string"];
};

function valueOf(expression: Expression, lookup: Lookup): Value {
  const value = evaluate(expression, lookup);
  if (!(value instanceof Reference)) return value;
  const secret = value.origin.from === "secret";
  throw new ExpressionError(
    secret ? "R0309" : "R0207",
    expression.span,
    secret
      ? "A secret has no value here: it is only handed to a step's program, by 'secrets'."
      : "An artifact has no value before the run; it can only be given whole to a parameter that takes one.",
  );
}

function number(expression: Expression, lookup: Lookup, operator: string): number {
  const value = valueOf(expression, lookup);
  if (typeof value === "number") return value;
  const hint =
    operator === "+" && typeof value === "string"
      ? " Write the text with ${{ }} in it, or use format()."
      : "";
  const message = `'${operator}' takes numbers; this is ${typeOf(value)}.${hint}`;
  throw new ExpressionError("R0207", expression.span, message);
}

function boolean(expression: Expression, lookup: Lookup, operator: string): boolean {
  const value = valueOf(expression, lookup);
  if (typeof value === "boolean") return value;
  const message = `'${operator}' takes true or false; this is ${typeOf(value)}.`;
  throw new ExpressionError("R0207", expression.span, message);
}

function call({ name, arguments: given, span }: Expression & { type: "call" }, lookup: Lookup): Value {
  const values = given.map((argument) => valueOf(argument, lookup));
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (known === undefined) {
    const near = closest(name, Object.keys(FUNCTIONS));
    const hint =
      near === undefined ? `There are: ${Object.keys(FUNCTIONS).join(", ")}.` : `Did you mean '${near}'?`;
    throw new ExpressionError(
      "R0206",
      [span[0], span[0] + name.length],
      `There is no function '${name}'. ${hint}`,
      near,
    );
  }
  if (known.takes(values)) return known.call(values);
  throw new ExpressionError(
    "R0207",
    span,
    `It is used as ${known.usage}; here it gets ${values.map(typeOf).join(", ") || "nothing"}.`,
  );
}

function binary(operator: BinaryOperator, left: Expression, right: Expression, lookup: Lookup): Value {
  if (operator === "&&" || operator === "||") {
    const [a, b] = [boolean(left, lookup, operator), boolean(right, lookup, operator)];
    return operator === "&&" ? a && b : a || b;
  }
  if (operator === "==" || operator === "!=") return same(operator, left, right, lookup);
  const [a, b] = [number(left, lookup, operator), number(right, lookup, operator)];
  const result = ARITHMETIC[operator](a, b);
  if (typeof result === "boolean" || Number.isFinite(result)) return result;
  throw new ExpressionError("R0207", [left.span[0], right.span[1]], `${a} ${operator} ${b} is no number.`);
}

function same(operator: "==" | "!=", left: Expression, right: Expression, lookup: Lookup): boolean {
  const [a, b] = [valueOf(left, lookup), valueOf(right, lookup)];
  if (typeOf(a) === typeOf(b)) return (JSON.stringify(a) === JSON.stringify(b)) === (operator === "==");
  const message = `'${operator}' compares ${typeOf(a)} with ${typeOf(b)}: they are never equal.`;
  throw new ExpressionError("R0207", [left.span[0], right.span[1]], message);
}

const ARITHMETIC = {
  "+": (a: number, b: number) => a + b,
  "-": (a: number, b: number) => a - b,
  "*": (a: number, b: number) => a * b,
  "/": (a: number, b: number) => a / b,
  "%": (a: number, b: number) => a % b,
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
};
