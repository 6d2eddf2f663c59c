import path from "node:path";
import type { KindReport } from "../../core/kind.ts";
import { html, type Html } from "../../report/html.ts";
import type { DataReport } from "../../schemas/generated/data-report.ts";
import { readJson } from "../../store/files.ts";

const counts = (numbers: Record<string, number>): string =>
  Object.entries(numbers)
    .map(([name, count]) => `${name}: ${count}`)
    .join(", ");
const percent = (share: number | null): string => (share === null ? "none" : `${(100 * share).toFixed(1)} %`);

export const place: KindReport["place"] = "data";

/** What was found in the annotations, and what became of each row. */
export const section: KindReport["section"] = async (_, steps, pathOf) => {
  const reports = new Map<string, DataReport>();
  for (const { id, outputs } of steps) {
    const dataset = outputs["dataset"];
    if (dataset === undefined) continue;
    const report = await readJson<DataReport>(path.join(await pathOf(dataset), "report.json"));
    if (report !== undefined) reports.set(id, report);
  }
  return sectionOf(reports).text;
};

/** The reports of steps by their ids. */
export function sectionOf(reports: ReadonlyMap<string, DataReport>): Html {
  if (reports.size === 0) return html``;
  return html`<section>
    <h2>Data</h2>
    ${[...reports].map(([step, report]) => oneReport(step, report))}
  </section>`;
}

function oneReport(step: string, report: DataReport): Html {
  const facts = {
    rows: `${report.rows} found, ${report.parsed} parsed, ${report.set_aside.length} set aside, ${report.given} given by the policy "${report.policy}"`,
    videos: String(report.videos),
    "options per row": counts(report.options),
    "gold letters": counts(report.gold),
    tasks: counts(report.tasks),
    "chance, majority": `${percent(report.chance)}, ${percent(report.majority)}`,
  };
  return html`<h3>${step}</h3>
    <table class="facts">
      <tbody>
        ${Object.entries(facts).map(
          ([name, value]) =>
            html`<tr>
              <th>${name}</th>
              <td>${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <table>
      <thead>
        <tr>
          <th>known defect</th>
          <th>rows</th>
          <th>fate</th>
          <th>what is wrong</th>
        </tr>
      </thead>
      <tbody>
        ${report.defects.map(
          ({ name, rows, fate, says }) =>
            html`<tr>
              <td>${name}</td>
              <td>${rows}</td>
              <td>${rows === 0 ? "" : fate}</td>
              <td>${says}</td>
            </tr>`,
        )}
        ${report.set_aside.map(
          ({ file, line, key, reason }) =>
            html`<tr>
              <td>set aside</td>
              <td>1</td>
              <td>${file}:${line ?? key}</td>
              <td>${reason}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}
