import { readFile } from "node:fs/promises";
import { kindsOf } from "../../activities/index.ts";
import type { KindReport } from "../../core/kind.ts";
import { eventsIn } from "../../data/events/event-tail.ts";
import { chartsOf } from "../../report/curves.ts";
import { renderReport, type ReportData } from "../../report/page.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import type { TrainerEvent } from "../../schemas/generated/trainer-event.ts";
import { writeAside } from "../../store/files.ts";
import { chartsFor } from "./charts-for.ts";
import { samplesOf } from "./report-samples.ts";
import { unparsedNotes } from "./unparsed-notes.ts";
import type { Store } from "../../store/store.ts";

export interface Written extends Pick<ReportData, "kinds" | "unparsed"> {
  /** Path of the page. */
  file: string;
}

/** Gathers what the report shows and writes the page beside the record. */
export async function writeReport(store: Store, record: RunRecord): Promise<Written> {
  const events = new Map<string, TrainerEvent[]>();
  for (const { id, events: file } of record.steps) {
    if (file !== null) events.set(id, await eventsIn(store.runs.trace(record.run, file)));
  }
  const kinds = kindsOf((await store.runs.load(record.run))?.request.plan ?? {});
  const style = await readFile(new URL("../../report/style.css", import.meta.url), "utf8");
  const [samples, sections, unparsed] = await Promise.all([
    samplesOf(store, record),
    sectionsOf(store, record, kinds),
    unparsedNotes(store, record),
  ]);
  const wanted = chartsOf(record, events, kinds).flatMap((step) => step.charts);
  const charts = await chartsFor(store, record, wanted);
  const page = renderReport({ record, events, samples, sections, kinds, charts, unparsed, style });
  const file = store.runs.files(record.run).report;
  // It can be written again at any time.
  await writeAside(file, page, false);
  return { file, kinds, unparsed };
}

/** What the kinds of a run's steps say of them, in the order of the kinds. */
async function sectionsOf(
  store: Store,
  record: RunRecord,
  kinds: ReturnType<typeof kindsOf>,
): Promise<ReportData["sections"]> {
  const sections: Record<KindReport["place"], string[]> = { scores: [], data: [] };
  for (const { name, report } of kinds) {
    const steps = record.steps.filter(({ kind }) => kind === name);
    if (report === undefined || steps.length === 0) continue;
    const { place, section } = await report();
    sections[place].push(await section(record, steps, (artifact) => store.artifacts.get(artifact)));
  }
  return sections;
}
