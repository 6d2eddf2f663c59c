// Generated from schemas/data-report.schema.json by `npm run generate`. Do not edit.
/** What stands in annotations, and what became of each row. */
export interface DataReport {
  /** What happened to rows with a known defect. */
  policy: "as-released" | "exclude" | "repair";
  /** Rows found. */
  rows: number;
  /** Rows read without doubt. */
  parsed: number;
  /** Rows that were not, each with its place and reason. */
  set_aside: {
    /** Name of the annotation file. */
    file: string;
    /** Its line, from 1. */
    line?: number;
    /** Its key. */
    key?: string;
    /** Why it leaves a doubt. */
    reason: string;
  }[];
  /** Rows left after the policy. */
  given: number;
  /** Videos that parsed rows name. */
  videos: number;
  /** Rows by number of options. */
  options: {
    [k: string]: number;
  };
  /** Rows by gold letter. */
  gold: {
    [k: string]: number;
  };
  /** Rows by task/way. */
  tasks: {
    [k: string]: number;
  };
  /** Expected accuracy of guessing. */
  chance: number | null;
  /** Accuracy of always giving the most frequent letter. */
  majority: number | null;
  /** Known defects. */
  defects: {
    /** Its name. */
    name: string;
    /** What is wrong. */
    says: string;
    /** Rows that have it. */
    rows: number;
    /** What the policy did with them. */
    fate: "kept" | "repaired" | "excluded";
    /** Their ids. */
    ids: string[];
  }[];
}
