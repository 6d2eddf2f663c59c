/** Names of the rules by which a reply can be read, the strictest first. docs/evaluation.md describes them. */
export const RULES = [
  "tag",
  "loose-tag",
  "cut-tag",
  "whole",
  "boxed",
  "answer-is",
  "option-is-right",
  "choosing",
  "last-line",
  "first-line",
  "short-sentence",
] as const;
export type Rule = (typeof RULES)[number];

/** A place where a reply says what it chooses. */
export interface Statement {
  rule: Rule;
  /** An option's; or `conflict`: then the reply gives no letter, whatever else it states. */
  letter: string;
  /** The place behind it. */
  end: number;
  /** It gives no letter by itself, and only forbids another one. */
  weak?: boolean;
}
