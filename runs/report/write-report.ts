import { readFile } from "node:fs/promises";
import path from "node:path";
import { eventsIn } from "../../data/events/event-tail.ts";
import type { FrameManifestLine } from "../../data/frames/manifest.ts";
import type { Unusable } from "../../activities/frames-extract/unusable.ts";
import type { VideoWord } from "../../report/frames.ts";
import { renderReport } from "../../report/page.ts";
import type { DataReport } from "../../schemas/generated/data-report.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import type { TrainerEvent } from "../../schemas/generated/trainer-event.ts";
import { pathOf } from "../../store/artifacts.ts";
import { readJson, readJsonLines, writeWhole } from "../../store/files.ts";
import { home } from "../../store/home.ts";
import { reportFile } from "../../store/runs.ts";
import { samplesOf } from "./report-samples.ts";
import { unparsedNotes } from "./unparsed-notes.ts";

/** Gathers what the report shows and writes the page beside the record; gives its path. */
export async function writeReport(root: string, record: RunRecord): Promise<string> {
  const events = new Map<string, TrainerEvent[]>();
  for (const { id, events: file } of record.steps) {
    if (file !== null) events.set(id, await eventsIn(path.join(home.run(root, record.run), file)));
  }
  const style = await readFile(new URL("../../report/style.css", import.meta.url), "utf8");
  const [samples, data, frames, unparsed] = await Promise.all([
    samplesOf(root, record),
    dataReportsOf(root, record),
    wordsOnVideos(root, record),
    unparsedNotes(root, record),
  ]);
  const page = renderReport({ record, events, samples, data, frames, unparsed, style });
  const file = reportFile(root, record.run);
  await writeWhole(file, page);
  return file;
}

/** What the steps that read annotations found in them. */
async function dataReportsOf(root: string, { steps }: RunRecord): Promise<Map<string, DataReport>> {
  const reports = new Map<string, DataReport>();
  for (const { id, kind, outputs } of steps) {
    const dataset = outputs["dataset"];
    if (kind !== "data/ego-st" || dataset === undefined) continue;
    const report = await readJson<DataReport>(path.join(pathOf(root, dataset), "report.json"));
    if (report !== undefined) reports.set(id, report);
  }
  return reports;
}

/** What the steps that cut frames said of videos: those left out, and those that are odd. */
async function wordsOnVideos(root: string, { steps }: RunRecord): Promise<Map<string, VideoWord[]>> {
  const words = new Map<string, VideoWord[]>();
  for (const { id, kind, metrics, outputs } of steps) {
    const dataset = outputs["dataset"];
    // What an earlier version cut says nothing of it.
    if (kind !== "frames/extract" || metrics["sought"] === undefined || dataset === undefined) continue;
    const read = <T>(name: string) => readJsonLines<T>(path.join(pathOf(root, dataset), name));
    const left = await read<Unusable>("left-out.jsonl");
    const cut = await read<FrameManifestLine>("frames.jsonl");
    words.set(id, [
      ...left.map(({ video, reason }) => ({ video, says: `left out: ${reason}` })),
      ...cut.flatMap(({ video, notes }) => notes.map((says) => ({ video, says }))),
    ]);
  }
  return words;
}
