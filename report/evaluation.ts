import type { RunRecord, RunRecordStep } from "../schemas/generated/run-record.ts";
import { DECLINED, groupsOf, present, withMetric } from "./by-metric.ts";
import { html, percent, section, table, type Html } from "./html.ts";

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
