/** The closed table of diagnostic codes. Each has a section in docs/diagnostics.md. */
export const CODES = {
  R0001: "The file cannot be read",
  R0002: "The text is not valid YAML",
  R0003: "The document is empty or not a mapping",
  R0101: "Unknown key",
  R0102: "A key is missing",
  R0103: "A value has the wrong type",
  R0104: "A value is not allowed",
  R0105: "Keys do not fit together",
  R0201: "Unknown step",
  R0202: "Unknown output",
  R0203: "Unknown input",
  R0204: "A reference has the wrong type",
  R0205: "Steps wait for each other",
  R0206: "A reference is malformed",
  R0301: "Unknown profile",
  R0302: "A profile changes something that is not there",
  R0303: "A deviation names no parameter",
  R0304: "A claim does not fit its steps",
  R0401: "An input does not exist",
  R0402: "An input has another digest",
} as const;
export type Code = keyof typeof CODES;

/** One finding about a recipe. Lines and columns count from 1; the end is exclusive. */
export interface Diagnostic {
  code: Code;
  severity: "error" | "warning";
  message: string;
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** Dotted path in the document, such as steps.sft.with.epochs. */
  path: string;
  suggestion?: string;
  related?: { message: string; line: number; column: number }[];
}
