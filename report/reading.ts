import type { RunRecord } from "../schemas/generated/run-record.ts";
import { html, percent, section, table, type Html } from "./html.ts";

const RULE = /^read\[(.+)\]$/;

/** By which rules the replies' letters were read, and what a reader should know of those that give none. */
export function readingSection({ steps }: RunRecord, notes: ReadonlyMap<string, string>): Html {
  const read = steps.filter(({ metrics }) => Object.keys(metrics).some((name) => RULE.test(name)));
  if (read.length === 0) return html``;
  const rules = [...new Set(read.flatMap(({ metrics }) => Object.keys(metrics)))]
    .flatMap((name) => RULE.exec(name)?.[1] ?? [])
    .filter((rule) => read.some(({ metrics }) => (metrics[`read[${rule}]`] ?? 0) > 0));
  const rows = read.map(({ id, metrics }) => [
    id,
    ...[...rules.map((rule) => `read[${rule}]`), "unparsed"].map((name) =>
      percent((metrics[name] ?? 0) / metrics["samples"]!),
    ),
  ]);
  return section(
    "How replies were read",
    html`${table(["step", ...rules, "unparsed"], rows)}
    ${[...notes].map(([id, note]) => html`<p class="bad"><b>${id}</b>: ${note}</p>`)}`,
  );
}
