import { parseExpressionAt, type Node } from "acorn";
import { isExact } from "../../core/exact-number.ts";
import { ExpressionError, type Span } from "./expression-error.ts";

/** The syntax tree of an expression: a small part of what the parser knows, the rest is refused. */
export type Expression =
  | ({ type: "literal"; value: string | number | boolean | null } & Span)
  | ({ type: "list"; items: Expression[] } & Span)
  | ({ type: "name"; parts: { name: string; span: Span }[] } & Span)
  | ({ type: "not" | "minus"; of: Expression } & Span)
  | ({ type: "binary"; operator: BinaryOperator; left: Expression; right: Expression } & Span)
  | ({ type: "choice"; condition: Expression; then: Expression; otherwise: Expression } & Span)
  | ({ type: "call"; name: string; arguments: Expression[] } & Span);

const OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "&&", "||"] as const;
export type BinaryOperator = (typeof OPERATORS)[number];

const MEANT: Record<string, string> = { "===": "==", "!==": "!=", and: "&&", or: "||", not: "!" };

/** Text to tree. Throws ExpressionError, with offsets into the text. */
export function parseExpression(text: string): Expression {
  if (text.trim() === "") throw new ExpressionError("R0206", [0, text.length], "The expression is empty.");
  const word = /(?<![\w'".])(and|or|not)(?![\w'"])/.exec(text);
  if (word !== null && !/['"]/.test(text)) {
    const span: Span["span"] = [word.index, word.index + word[0].length];
    throw new ExpressionError("R0206", span, `'${word[0]}' is written ${MEANT[word[0]]!}.`, MEANT[word[0]]);
  }
  let node: Node;
  try {
    node = parseExpressionAt(text, 0, { ecmaVersion: 2022, preserveParens: true });
  } catch (error) {
    const { pos = 0, message } = error as { pos?: number; message: string };
    const place = Math.min(pos, Math.max(0, text.trimEnd().length - 1));
    const what = message.replace(/ \(\d+:\d+\)$/, "");
    throw new ExpressionError("R0206", [place, place + 1], `The expression cannot be read here: ${what}.`);
  }
  if (text.slice(node.end).trim() !== "") {
    const rest = text.length - text.slice(node.end).trimStart().length;
    throw new ExpressionError(
      "R0206",
      [rest, text.trimEnd().length],
      "The expression goes on after its end.",
    );
  }
  return read(node as AnyNode, text);
}

interface AnyNode extends Node {
  [key: string]: unknown;
}

function read(node: AnyNode, text: string): Expression {
  const span: Span["span"] = [node.start, node.end];
  const child = (key: string) => read(node[key] as AnyNode, text);
  switch (node.type) {
    case "Literal":
      if (typeof node["value"] === "number" && !isExact(node["value"], text.slice(...span))) {
        const message = `${text.slice(...span)} is too large to be kept exactly; whole numbers are exact up to ${Number.MAX_SAFE_INTEGER}.`;
        throw new ExpressionError("R0206", span, message);
      }
      if (["string", "number", "boolean"].includes(typeof node["value"]) || node["value"] === null) {
        return { type: "literal", value: node["value"] as string, span };
      }
      break;
    case "ArrayExpression":
      return {
        type: "list",
        items: (node["elements"] as (AnyNode | null)[]).flatMap((item) => (item ? [read(item, text)] : [])),
        span,
      };
    case "ConditionalExpression":
      return {
        ...{
          type: "choice",
          condition: child("test"),
          then: child("consequent"),
          otherwise: child("alternate"),
        },
        span,
      };
    case "ParenthesizedExpression":
      return child("expression");
    case "Identifier":
    case "MemberExpression":
      return { type: "name", parts: partsOf(node, text), span };
    case "UnaryExpression":
      if (node["operator"] === "!") return { type: "not", of: child("argument"), span };
      if (node["operator"] === "-") return { type: "minus", of: child("argument"), span };
      break;
    case "BinaryExpression":
    case "LogicalExpression": {
      const operator = String(node["operator"]);
      if (!(OPERATORS as readonly string[]).includes(operator)) {
        const meant = MEANT[operator];
        throw new ExpressionError(
          "R0206",
          span,
          `There is no operator ${operator}. ${meant === undefined ? `There are: ${OPERATORS.join(" ")}.` : `Write ${meant}.`}`,
          meant,
        );
      }
      return {
        type: "binary",
        operator: operator as BinaryOperator,
        left: child("left"),
        right: child("right"),
        span,
      };
    }
    case "AssignmentExpression":
      throw new ExpressionError(
        "R0206",
        span,
        "Nothing can be assigned here. Two values are compared with ==.",
        "==",
      );
    case "CallExpression": {
      const callee = node["callee"] as AnyNode;
      if (callee.type !== "Identifier") break;
      return {
        type: "call",
        name: String(callee["name"]),
        arguments: (node["arguments"] as AnyNode[]).map((one) => read(one, text)),
        span,
      };
    }
  }
  throw new ExpressionError(
    "R0206",
    span,
    "Expressions have no such form. They know names, values, operators and functions.",
  );
}

const IN_BRACKETS = new Set(["AssignmentExpression", "SequenceExpression", "Identifier", "BinaryExpression"]);

/**
 * `steps['sft-0'].outputs.model` as its parts. What else stands in brackets belongs to the name before: `sft[seed=0]`, the
 * cells with that value, or a metric's group, `accuracy[direction/forward]`.
 */
function partsOf(node: AnyNode, text: string): { name: string; span: Span }[] {
  const span: Span = { span: [node.start, node.end] };
  if (node.type === "Identifier") return [{ name: String(node["name"]), span }];
  const key = node.type === "MemberExpression" ? (node["property"] as AnyNode) : undefined;
  const object = node["object"] as AnyNode;
  const name = node["computed"] === true ? key?.["value"] : key?.["name"];
  const known = typeof name === "string" || IN_BRACKETS.has(key?.type ?? "");
  if (key === undefined || node["optional"] === true || key.type === "PrivateIdentifier" || !known) {
    const message = "A name is words with dots between them, or ['…'] for one that is no word.";
    throw new ExpressionError("R0206", span.span, message);
  }
  const before = partsOf(object, text);
  if (typeof name !== "string") {
    const last = before.pop()!;
    return [
      ...before,
      { name: last.name + text.slice(object.end, node.end), span: { span: [last.span.span[0], node.end] } },
    ];
  }
  const inner: Span["span"] = node["computed"] === true ? [key.start + 1, key.end - 1] : [key.start, key.end];
  return [...before, { name, span: { span: inner } }];
}
