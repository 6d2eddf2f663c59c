import type { RunRecord, RunRecordStep } from "../schemas/generated/run-record.ts";
import { html, percent, section, table, type Html } from "./html.ts";

const withMetric = ({ steps }: RunRecord, name: string): RunRecordStep[] =>
  steps.filter(({ metrics }) => metrics[name] !== undefined);

/** Names in brackets that any of the steps has: tasks with their way, and parts of the benchmark. */
const groupsOf = (steps: readonly RunRecordStep[], metric: string): string[] =>
  [...new Set(steps.flatMap(({ metrics }) => Object.keys(metrics)))]
    .filter((name) => name.startsWith(`${metric}[`))
    .map((name) => name.slice(metric.length + 1, -1))
    .sort();

const points = (score: number | undefined): string => (score === undefined ? "" : score.toFixed(2));

/** Those of some metrics that any step has above 0: a column of noughts says nothing. */
const present = (steps: readonly RunRecordStep[], names: readonly string[]): string[] =>
  names.filter((name) => steps.some(({ metrics }) => (metrics[name] ?? 0) > 0));

const DECLINED = ["filtered", "refused"];

/** Multiple-choice accuracy, beside its baselines, as a whole and by task. */
export function accuracySection(record: RunRecord): Html {
  const scored = withMetric(record, "accuracy");
  if (scored.length === 0) return html``;
  const groups = groupsOf(scored, "accuracy");
  const declined = present(scored, DECLINED);
  const headings = ["step", "accuracy", "95 % interval", "chance", "majority", "samples", "unparsed"];
  const rows = scored.map(({ id, metrics }) => [
    id,
    html`<b>${percent(metrics["accuracy"])}</b>`,
    `${percent(metrics["accuracy_low"])} – ${percent(metrics["accuracy_high"])}`,
    ...["chance", "majority"].map((name) => percent(metrics[name])),
    ...["samples", "unparsed", ...declined, "error"].map((name) => metrics[name]),
  ]);
  const whole = table([...headings, ...declined, "errors"], rows);
  return section("Accuracy on held-out clips", html`${whole} ${byGroup(scored, groups)}`);
}

/** One line for each group of questions, one column for each step: what a training gave, and what it took. */
function byGroup(scored: readonly RunRecordStep[], groups: readonly string[]): Html {
  if (groups.length === 0) return html``;
  const rows = groups.map((group) => [
    group,
    ...scored.map(({ metrics }) => percent(metrics[`accuracy[${group}]`])),
  ]);
  return table(["questions", ...scored.map(({ id }) => id)], rows);
}

/** What a judge said of replies to open questions: 0 to 5 in each part. */
export function judgeSection(record: RunRecord): Html {
  const judged = withMetric(record, "score_times_20");
  if (judged.length === 0) return html``;
  const groups = groupsOf(judged, "score");
  const counts = ["samples", "empty", ...present(judged, DECLINED), "unscored"];
  const headings = ["step", "score", "95 % interval", "× 20", "direction", "landmarks", "logic"];
  const rows = judged.map(({ id, metrics }) => [
    id,
    html`<b>${points(metrics["score"])}</b>`,
    `${points(metrics["score_low"])} – ${points(metrics["score_high"])}`,
    metrics["score_times_20"]?.toFixed(1),
    ...["direction", "landmarks", "logic", "spread"].map((name) => points(metrics[name])),
    percent(metrics["coverage"]),
    ...counts.map((name) => metrics[name]),
    ...groups.map((group) => points(metrics[`score[${group}]`])),
  ]);
  const more = ["spread", "coverage", ...counts, ...groups];
  return section("Open questions, judged from 0 to 5", table([...headings, ...more], rows));
}

/** What was asked of models behind an API, and whether they changed. */
export function apiSection(record: RunRecord): Html {
  const asked = withMetric(record, "served_models");
  if (asked.length === 0) return html``;
  const names = [
    "replies",
    "spoilt",
    "recorded",
    "input_tokens",
    "output_tokens",
    "cost",
    "other_days",
    "served_models",
    "other_model",
    "changed",
  ];
  const rows = asked.map(({ id, metrics }) => [id, ...names.map((name) => metrics[name] ?? "")]);
  const headings = [
    "paid for",
    "paid for, unusable",
    "from a cassette",
    "input tokens",
    "output tokens",
    "cost",
  ];
  const changes = ["of another day", "models that replied", "of another model", "changed"];
  return section("Asked through an API", table(["step", ...headings, ...changes], rows));
}
