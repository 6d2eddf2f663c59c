import type { KindReport } from "../../core/kind.ts";
import { DECLINED, groupsOf, present, withMetric } from "../../report/by-metric.ts";
import { html, percent, section as titled, table } from "../../report/html.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";

export const place: KindReport["place"] = "scores";

const points = (score: number | undefined): string => (score === undefined ? "" : score.toFixed(2));

/** What a judge said of replies to open questions: 0 to 5 in each part. */
export async function section(record: RunRecord): Promise<string> {
  const judged = withMetric(record, "score_times_20");
  if (judged.length === 0) return "";
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
  return titled("Open questions, judged from 0 to 5", table([...headings, ...more], rows)).text;
}
