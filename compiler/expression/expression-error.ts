import type { Code } from "../../schemas/diagnostic.ts";

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
  readonly related: { message: string; path: readonly (string | number)[] } | undefined;

  constructor(
    code: Code,
    span: Span["span"],
    message: string,
    suggestion?: string,
    related?: { message: string; path: readonly (string | number)[] },
  ) {
    super(message);
    this.code = code;
    this.span = span;
    this.suggestion = suggestion;
    this.related = related;
  }
}
