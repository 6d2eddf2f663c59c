import type { Span } from "./expression-error.ts";

/** Something that is not known before the run: only a whole parameter can be one. */
export class Reference {
  readonly origin:
    | { from: "step"; step: string; output: string }
    | { from: "input"; input: string }
    | { from: "secret"; input: string };
  /** Where the last part stands in the expression. */
  readonly span: Span["span"];

  constructor(origin: Reference["origin"], span: Span["span"]) {
    this.origin = origin;
    this.span = span;
  }
}

export type Value = string | number | boolean | null | Value[];
