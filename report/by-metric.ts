import type { RunRecord, RunRecordStep } from "../schemas/generated/run-record.ts";

/** The steps that have a metric. */
export const withMetric = ({ steps }: Pick<RunRecord, "steps">, name: string): RunRecordStep[] =>
  steps.filter(({ metrics }) => metrics[name] !== undefined);

/** Names in brackets that any of the steps has: tasks with their way, and parts of the benchmark. */
export const groupsOf = (steps: readonly RunRecordStep[], metric: string): string[] =>
  [...new Set(steps.flatMap(({ metrics }) => Object.keys(metrics)))]
    .filter((name) => name.startsWith(`${metric}[`))
    .map((name) => name.slice(metric.length + 1, -1))
    .sort();

/** Those of some metrics that any step has above 0: a column of noughts says nothing. */
export const present = (steps: readonly RunRecordStep[], names: readonly string[]): string[] =>
  names.filter((name) => steps.some(({ metrics }) => (metrics[name] ?? 0) > 0));

/** Metrics that count replies which were held back. */
export const DECLINED = ["filtered", "refused"];
