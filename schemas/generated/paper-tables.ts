// Generated from schemas/paper-tables.schema.json by `npm run generate`. Do not edit.
/** The hyper-parameter tables of a paper, as printed. */
export interface PaperTables {
  /** Version of this format. */
  paper_tables: 1;
  /** Where the tables stand. */
  source: string;
  /** Training processes (GPUs) that the paper used. */
  processes?: number;
  /**
   * One entry per table.
   *
   * @minItems 1
   */
  tables: [PaperTablesTable, ...PaperTablesTable[]];
}
/** One table; its rows are the values of one step kind. */
export interface PaperTablesTable {
  /** Name of the table in the paper. */
  table: string;
  /** Step kind that the table is about. */
  kind: string;
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
  /** The value as printed. */
  printed: string | number;
  /** The value in a recipe's words, where they differ from the printed ones. */
  value?: string | number | boolean;
}
