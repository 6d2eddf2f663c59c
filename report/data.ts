import type { DataReport } from "../schemas/generated/data-report.ts";
import { html, type Html } from "./html.ts";

const counts = (numbers: Record<string, number>): string =>
  Object.entries(numbers)
    .map(([name, count]) => `${name}: ${count}`)
    .join(", ");
const percent = (share: number | null): string => (share === null ? "none" : `${(100 * share).toFixed(1)} %`);

/** What was found in the annotations, and what became of each row. */
export function dataSection(reports: ReadonlyMap<string, DataReport>): Html {
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
