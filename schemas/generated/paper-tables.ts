// Generated from schemas/paper-tables.schema.json by `npm run generate`. Do not edit.
/** One column. */
export type PaperTablesColumn =
  | string
  | number
  | {
      /** Its head, as printed. */
      column: string | number;
      /** The matrix key's value that it stands for. */
      value: string | number | boolean;
    };

/** Tables of a paper, or of its released code, as printed, with the parameters of a recipe that their rows are about. */
export interface PaperTables {
  /** Version of this format. */
  paper_tables: 2;
  /** Where the tables stand. */
  source: string;
  /**
   * One entry per table.
   *
   * @minItems 1
   */
  tables: [PaperTablesTable, ...PaperTablesTable[]];
}
/** One table; its rows are values of one or more steps. */
export interface PaperTablesTable {
  /** Name of the table in the paper, or of the file in the released code. */
  table: string;
  /**
   * The step that the table is about, or several, by their ids in the recipe; cells of a matrix as `sft[task=mrpc]`. A recipe that calls them otherwise says so under paper.tables.steps.
   *
   * @minItems 1
   */
  steps: string | [string, ...string[]];
  /** The matrix key whose values the columns are. */
  by?: string;
  /**
   * The columns, in the paper's order: each as the matrix has its value, or with both.
   *
   * @minItems 1
   */
  columns?: [PaperTablesColumn, ...PaperTablesColumn[]];
  /**
   * The rows, in the paper's order.
   *
   * @minItems 1
   */
  rows: [PaperTablesRow, ...PaperTablesRow[]];
  /** Rows or prompts per optimizer step, over all processes. */
  effective_batch?: {
    /** The number. */
    value: number;
    /** How it is known. */
    source: string;
  };
}
/** One row. */
export interface PaperTablesRow {
  /** Name of the row, as printed. */
  row: string;
  /**
   * The value as printed; in a table with columns a list has one for each, null where the paper has none, and anything else counts for all of them.
   *
   * @minItems 1
   */
  printed:
    string | number | boolean | [string | number | boolean | null, ...(string | number | boolean | null)[]];
  /** What the paper means in a recipe's words, where that differs from what is printed. Beside a list in `printed` a list of as many. */
  value?: string | number | boolean | unknown[];
  /** Unit that the paper counts in, where it is not the parameter's: %, k, M, G, Ki, Mi, or the parameter's own. */
  unit?: string;
  /** The step's parameter that has this value; after a dot what stands in it. Without one the row has no counterpart in the recipe. */
  parameter?: string;
  /**
   * Those of the table's steps that the row is about; all of them unless given.
   *
   * @minItems 1
   */
  steps?: string | [string, ...string[]];
}
