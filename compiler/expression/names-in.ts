import { insidesOf } from "../expressions-in-text.ts";
import { parseExpression, type Expression } from "./parse-expression.ts";

/** The dotted names that the expressions in a text use, such as `inputs.rate`; none for a text without one. */
export function namesIn(text: unknown): string[] {
  if (typeof text !== "string") return [];
  const expressions = insidesOf(text).map(({ inside }) => parseExpression(inside));
  return [...new Set(expressions.flatMap(namesOf).map((parts) => parts.join(".")))];
}

/** The parts of each name in an expression. */
export function namesOf(expression: Expression): string[][] {
  switch (expression.type) {
    case "literal":
      return [];
    case "name":
      return [expression.parts.map(({ name }) => name)];
    case "list":
      return expression.items.flatMap(namesOf);
    case "not":
    case "minus":
      return namesOf(expression.of);
    case "binary":
      return [...namesOf(expression.left), ...namesOf(expression.right)];
    case "choice":
      return [expression.condition, expression.then, expression.otherwise].flatMap(namesOf);
    case "call":
      return expression.arguments.flatMap(namesOf);
  }
}
