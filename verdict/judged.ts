import type { Measure } from "../schemas/compared-output.ts";
import type { RunRecordClaim } from "../schemas/generated/run-record.ts";
import type { StepOutcome } from "../schemas/plan.ts";
import type { Scored } from "./statistics/sample.ts";

/** The samples of a step that evaluates, and the output that they come from. */
export interface Evaluated {
  output: Measure;
  /** Path of the output, relative to the store's folder. */
  uri: string;
  samples: readonly Scored[];
}

/** What a run has to judge its claims by. */
export interface Results {
  /** Profile of the run; null for the recipe itself. */
  profile: string | null;
  outcomes: ReadonlyMap<string, StepOutcome>;
  /** The samples of each step that a claim compares. */
  evaluated: ReadonlyMap<string, Evaluated>;
  /** The value of an expression over metrics. Throws for a metric that is not there. */
  evaluate: (expression: string, metricOf: (step: string, metric: string) => number) => number;
}

/** A verdict with what led to it. */
export type Judged = Pick<
  RunRecordClaim,
  "verdict" | "paper" | "value" | "interval" | "p" | "unit" | "units" | "because" | "evidence"
> & {
  /** The verdict for another p of the same test: where several claims are corrected for each other. */
  decide?: (p: number) => RunRecordClaim["verdict"];
};

const NOTHING = { paper: null, value: null, interval: null, p: null, unit: null, units: null, evidence: [] };

/** What a claim comes to when something that it needs is missing. */
export const notChecked = (because: string): Judged => ({ verdict: "NOT CHECKED", ...NOTHING, because });
