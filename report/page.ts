import { showDuration } from "../core/show-duration.ts";
import { testsNote } from "./tests-note.ts";
import type { KindReport } from "../core/kind.ts";
import type { Kinds } from "../core/kinds.ts";
import type { RunRecord, RunRecordStep } from "../schemas/generated/run-record.ts";
import type { TrainerEvent } from "../schemas/generated/trainer-event.ts";
import { bytesSection } from "./bytes.ts";
import { chartsOf } from "./curves.ts";
import { keyOf } from "./drawn.ts";
import { accuracySection, apiSection } from "./evaluation.ts";
import { Html, html, section, table } from "./html.ts";
import { readingSection } from "./reading.ts";
import { samplesSection, type Sample } from "./samples.ts";

export interface ReportData {
  record: RunRecord;
  /** Events of each step that ran, by step id. */
  events: ReadonlyMap<string, readonly TrainerEvent[]>;
  samples: readonly Sample[];
  /** What kinds of steps say of theirs, as HTML. */
  sections: Readonly<Record<KindReport["place"], readonly string[]>>;
  kinds: Kinds;
  /** The pictures of its charts, by their keys. */
  charts: ReadonlyMap<string, Html>;
  /** What to know of replies without a letter, by id of the step that has many. */
  unparsed: ReadonlyMap<string, string>;
  style: string;
}

/** The report of a run as one page that needs nothing else. Pure: every number comes from the record or the events. */
export function renderReport(given: ReportData): string {
  const { record, events, samples, sections, unparsed, style } = given;
  const said = (place: KindReport["place"]) => new Html(sections[place].join("\n"));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${record.recipe.name}: ${record.status}</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>
              ${record.recipe.name}${record.recipe.profile === null ? "" : html` <small>profile ${record.recipe.profile}</small>`}
            </h1>
            <p>
              Run <code>${record.run}</code>, ${record.status} in ${showDuration(record.seconds)}, started
              ${record.started.replace("T", " ").slice(0, 16)} UTC.
            </p>
          </header>
          ${failureSection(record)} ${verdictSection(record)} ${accuracySection(record)}
          ${readingSection(record, unparsed)} ${said("scores")} ${apiSection(record)} ${said("data")}
          ${samplesSection(samples)} ${curvesSection(given)} ${stepsSection(record)} ${hubSection(record)}
          ${gatesSection(events)} ${notesSection(events)} ${deviationsSection(record)} ${bytesSection(record)}
          ${environmentSection(record)}
        </main>
      </body>
    </html> `.text;
}

function failureSection({ failure }: RunRecord): Html {
  if (failure === null) return html``;
  return section(
    "What went wrong",
    html`<p class="bad"><b>${failure.step}</b> [${failure.code}]</p>
      <pre>${failure.message}</pre>`,
  );
}

function verdictSection(record: RunRecord): Html {
  const { claims } = record;
  if (claims.length === 0) return html``;
  const rows = claims.map(
    (claim) =>
      html`<div class="claim">
        <span class="verdict ${claim.verdict.toLowerCase().replace(" ", "-")}">${claim.verdict}</span>
        <div>
          <b>${claim.says}</b>
          <p>
            ${claim.because}${claim.p === null ? "" : ` p = ${claim.p.toPrecision(2)}.`}${
              claim.interval === null || claim.value === null
                ? ""
                : ` Value ${claim.value.toFixed(3)}, 95 % interval ${claim.interval[0].toFixed(3)} to ${claim.interval[1].toFixed(3)}.`
            }
          </p>
          ${claim.source === null ? "" : html`<p class="faint">Source: ${claim.source}</p>`}
          <p class="faint">Evidence: ${claim.evidence.map((place) => html`<code>${place}</code> `)}</p>
        </div>
      </div>`,
  );
  const note = testsNote(record);
  return section("Verdict", html`${rows}${note === null ? "" : html`<p class="faint">${note}</p>`}`);
}

function curvesSection({ record, events, kinds, charts: drawn }: ReportData): Html {
  const shown = chartsOf(record, events, kinds);
  if (shown.length === 0) return html``;
  return section(
    "Training curves",
    html`${shown.map(
      ({ id, kind, charts }) =>
        html`<h3>${id} <small>${kind}</small></h3>
          <div class="charts">${charts.map((chart) => drawn.get(keyOf(chart)))}</div>`,
    )}`,
  );
}

function stepsSection({ steps }: RunRecord): Html {
  const seconds = ({ started, ended }: RunRecordStep) =>
    started && ended ? showDuration((Date.parse(ended) - Date.parse(started)) / 1000) : "";
  return section(
    "Steps",
    html`<div class="wide">
      <table>
        <thead>
          <tr>
            <th>step</th>
            <th>kind</th>
            <th>status</th>
            <th>time</th>
            <th>attempts</th>
            <th>resumed from</th>
            <th>outputs</th>
            <th>log</th>
          </tr>
        </thead>
        <tbody>
          ${steps.map(
            (step) =>
              html`<tr>
                <td>${step.id}</td>
                <td>${step.kind}</td>
                <td>
                  ${step.status}${step.unfit === undefined ? "" : `; its result cannot be read: ${step.unfit}`}
                </td>
                <td>${seconds(step)}</td>
                <td>${step.attempts || ""}</td>
                <td>${step.resumed_from.join(", ")}</td>
                <td>
                  ${Object.entries(step.outputs).map(
                    ([name, { digest }]) =>
                      html`${name} <code title="${digest}">${digest.slice(0, 12)}</code> `,
                  )}
                </td>
                <td>${step.log === null ? "" : html`<a href="${step.log}">log</a>`}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`,
  );
}

/** Which commits of models on the hub were really used. */
function hubSection({ steps }: RunRecord): Html {
  const rows = steps.flatMap(({ id, hub = {} }) =>
    Object.values(hub).map((model) => [
      id,
      model.id,
      model.revision ?? "none: the newest",
      html`<code>${model.commit}</code>`,
    ]),
  );
  return rows.length === 0
    ? html``
    : section("Models from the hub", table(["step", "model", "revision asked for", "commit used"], rows));
}

function gatesSection(events: ReportData["events"]): Html {
  const rows = [...events].flatMap(([id, list]) =>
    list.flatMap((event) =>
      event.event === "gate"
        ? [
            html`<tr>
              <td>${id}</td>
              <td>${event.name}</td>
              <td>${event.seen}</td>
            </tr>`,
          ]
        : [],
    ),
  );
  if (rows.length === 0) return html``;
  return section(
    "Checks that passed",
    html`<table>
      <thead>
        <tr>
          <th>step</th>
          <th>check</th>
          <th>seen</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`,
  );
}

function deviationsSection({ deviations }: RunRecord): Html {
  if (deviations.length === 0) return html``;
  return section(
    "Deviations from the paper",
    html`<table>
      <thead>
        <tr>
          <th>step</th>
          <th>parameter</th>
          <th>paper</th>
          <th>here</th>
          <th>reason</th>
        </tr>
      </thead>
      <tbody>
        ${deviations.map(
          ({ step, parameter, paper, ours, reason }) =>
            html`<tr>
              <td>${step}</td>
              <td>${parameter}</td>
              <td>${JSON.stringify(paper)}</td>
              <td>${JSON.stringify(ours)}</td>
              <td>${reason}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

function environmentSection(record: RunRecord): Html {
  const { environment } = record;
  const rows = {
    ...environment,
    recipe: record.recipe.path,
    "recipe digest": record.recipe.digest,
    plan: record.plan,
    commit: record.commit,
  };
  return section(
    "Environment",
    html`<table class="facts">
      <tbody>
        ${Object.entries(rows).map(
          ([name, value]) =>
            html`<tr>
              <th>${name.replace("_", " ")}</th>
              <td>${Array.isArray(value) ? value.join(", ") || "none" : (value ?? "none")}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

/** What steps said of their data and of how they went. A step that was tried again says it again. */
function notesSection(events: ReportData["events"]): Html {
  const rows = [...events].flatMap(([id, list]) => {
    const said = list.flatMap((event) =>
      event.event === "message" && event.report === true ? [event.text] : [],
    );
    return [...new Set(said)].map((text) => [id, text]);
  });
  return rows.length === 0 ? html`` : section("What steps noted", table(["step", "note"], rows, "prose"));
}
