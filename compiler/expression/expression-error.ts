import type { Code } from "../../schemas/diagnostic.ts";
import type { Path } from "../mapping.ts";

/** Offsets into the text of an expression. */
export interface Span {
  span: readonly [start: number, end: number];
}

/** What is wrong with an expression, and which part of it. Becomes a diagnostic. */
export class ExpressionError extends Error {
  readonly code: Code;
  readonly span: Span["span"];
  readonly suggestion: string | undefined;
  /** Path of a related place, with what to say about it. */
  readonly related: { message: string; path: Path } | undefined;

  constructor(
    code: Code,
    span: Span["span"],
    message: string,
    suggestion?: string,
    related?: { message: string; path: Path },
  ) {
    super(message);
    this.code = code;
    this.span = span;
    this.suggestion = suggestion;
    this.related = related;
  }
}

/** What an expression's error says, as a diagnostic takes it; any other error is thrown again. */
export function explainError(error: unknown) {
  if (!(error instanceof ExpressionError)) throw error;
  const { code, message, span, suggestion, related } = error;
  return { code, message, span, more: { suggestion, related: related && [related] } };
}
