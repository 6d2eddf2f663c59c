/** The closed table of diagnostic codes. Each has a section in docs/diagnostics.md and a fixture in the tests. */
export const CODES = {
  R0001: "The file cannot be read",
  R0002: "The text is not valid YAML",
  R0003: "The document is empty or not a mapping",
  R0004: "The text is larger or deeper than a recipe may be",
  R0005: "A key stands twice",
  R0101: "Unknown key",
  R0102: "A key is missing",
  R0103: "A value has the wrong type",
  R0104: "A value is not allowed",
  R0105: "Keys do not fit together",
  R0201: "Unknown step",
  R0202: "Unknown output",
  R0203: "Unknown input or matrix key",
  R0204: "A reference has the wrong type",
  R0205: "Steps wait for each other",
  R0206: "An expression is malformed",
  R0207: "Types in an expression do not fit",
  R0208: "A reference to a step that is left out",
  R0209: "One cell of a matrix must be named",
  R0301: "Unknown profile",
  R0302: "An override changes something that is not there",
  R0303: "A source or deviation names no parameter",
  R0304: "A claim does not fit its steps",
  R0305: "The extended recipe cannot be used",
  R0306: "--set cannot be read",
  R0307: "A matrix does not work out",
  R0308: "An input has no value",
  R0309: "A secret stands where a value is due",
  R0310: "Batch and group do not divide",
  R0311: "The paper's tables cannot be used",
  R0312: "Other frames are read than are cut",
  R0313: "What is portable runs on no GPU",
  R0314: "The reference cannot be used",
  R0315: "A paper's table names what the recipe does not have",
  R0316: "A paper's table says something twice",
  R0317: "A paper's value cannot be compared",
  R0318: "A paper's table that is about nothing",
  R0320: "A kind from outside cannot be used",
  R0321: "Two kinds have one name",
  R0322: "A kind's parameters do not work out",
  R0401: "An input does not exist",
  R0402: "An input has another digest",
  R0411: "A program cannot be given this text",
  R0412: "A file outside the folder that the recipe may read",
  R0501: "No checkpoint before the end",
  R0502: "Checkpoints that cannot be resumed",
  R0503: "A checkpoint inside a generation",
  R0504: "A number with a leading zero",
  R0505: "Another effective batch than the paper's",
  R0506: "A closed model without a date",
  R0507: "Training and evaluation on one split",
  R0508: "Stages see different frames",
  R0509: "Another completion limit than in training",
  R0510: "An adapter that is never merged",
  R0511: "An input that nobody uses",
  R0512: "A timeout below the heartbeat",
  R0513: "Sampling left to the model's generation config",
  R0514: "A silent difference from the paper",
  R0515: "A model on the hub without a commit",
  R0516: "Rewards that cannot be earned",
  R0517: "A metric that is not declared",
  R0518: "Fewer rows than a generation takes",
  R0519: "The paper says two things",
  R0701: "A repository's address cannot be used",
  R0702: "Keys of a repository do not fit together",
  R0703: "A kind that is not here",
  R0704: "A pattern that fits nothing",
  R0705: "A schedule cannot be kept",
  R0711: "A file that is not in the commit as such",
  R0712: "A step that this trigger may not run",
  R0713: "A secret that this trigger may not have",
} as const;
export type Code = keyof typeof CODES;

/** R05… warn, and what is valid but may not run from a trigger; all others are errors. */
export const severityOf = (code: Code): Diagnostic["severity"] =>
  /^R05|^R071[23]$/.test(code) ? "warning" : "error";

/** A place in a text. Lines and columns count from 1; the end is exclusive. */
export interface Place {
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

/** One finding about a recipe. */
export interface Diagnostic extends Place {
  code: Code;
  severity: "error" | "warning";
  message: string;
  /** Dotted path in the document, such as steps.sft.with.epochs. */
  path: string;
  suggestion?: string;
  related?: ({ message: string } & Place)[];
}
