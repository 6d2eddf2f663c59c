import { readFile } from "node:fs/promises";
import path from "node:path";
import { kindsOf } from "../../activities/index.ts";
import type { KindReport } from "../../core/kind.ts";
import { eventsIn } from "../../data/events/event-tail.ts";
import { renderReport, type ReportData } from "../../report/page.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import type { TrainerEvent } from "../../schemas/generated/trainer-event.ts";
import { pathOf } from "../../store/artifacts.ts";
import { writeWhole } from "../../store/files.ts";
import { home } from "../../store/home.ts";
import { loadRun, reportFile } from "../../store/runs.ts";
import { samplesOf } from "./report-samples.ts";
import { unparsedNotes } from "./unparsed-notes.ts";

/** Gathers what the report shows and writes the page beside the record; gives its path. */
export async function writeReport(root: string, record: RunRecord): Promise<string> {
  const events = new Map<string, TrainerEvent[]>();
  for (const { id, events: file } of record.steps) {
    if (file !== null) events.set(id, await eventsIn(path.join(home.run(root, record.run), file)));
  }
  const kinds = kindsOf((await loadRun(root, record.run))?.request.plan ?? {});
  const style = await readFile(new URL("../../report/style.css", import.meta.url), "utf8");
  const [samples, sections, unparsed] = await Promise.all([
    samplesOf(root, record),
    sectionsOf(root, record, kinds),
    unparsedNotes(root, record),
  ]);
  const page = renderReport({ record, events, samples, sections, kinds, unparsed, style });
  const file = reportFile(root, record.run);
  await writeWhole(file, page);
  return file;
}

/** What the kinds of a run's steps say of them, in the order of the kinds. */
async function sectionsOf(
  root: string,
  record: RunRecord,
  kinds: ReturnType<typeof kindsOf>,
): Promise<ReportData["sections"]> {
  const sections: Record<KindReport["place"], string[]> = { scores: [], data: [] };
  for (const { name, report } of kinds) {
    const steps = record.steps.filter(({ kind }) => kind === name);
    if (report === undefined || steps.length === 0) continue;
    const { place, section } = await report();
    sections[place].push(await section(record, steps, (artifact) => pathOf(root, artifact)));
  }
  return sections;
}
