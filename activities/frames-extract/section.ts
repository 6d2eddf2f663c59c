import path from "node:path";
import type { KindReport } from "../../core/kind.ts";
import type { FrameManifestLine } from "../../data/frames/manifest.ts";
import { html, section as titled, table, type Html } from "../../report/html.ts";
import type { RunRecordStep } from "../../schemas/generated/run-record.ts";
import { readJsonLines } from "../../store/files.ts";
import type { Unusable } from "./unusable.ts";

export const place: KindReport["place"] = "data";

/** What is to be said of one video: why it was left out, or what is odd about it. */
export interface VideoWord {
  video: string;
  says: string;
}

// A dataset may have thousands: the step's output has all of them.
const MOST_SHOWN = 50;

/** How the videos of each cutting step were read, what they warned of, and what was left out. */
export const section: KindReport["section"] = async (_, steps, pathOf) => {
  const words = new Map<string, VideoWord[]>();
  for (const { id, metrics, outputs } of steps) {
    const dataset = outputs["dataset"];
    // What an earlier version cut says nothing of it.
    if (metrics["sought"] !== undefined && dataset !== undefined)
      words.set(id, await wordsIn(await pathOf(dataset)));
  }
  return sectionOf(steps, words).text;
};

async function wordsIn(dataset: string): Promise<VideoWord[]> {
  const left = await readJsonLines<Unusable>(path.join(dataset, "left-out.jsonl"));
  const cut = await readJsonLines<FrameManifestLine>(path.join(dataset, "frames.jsonl"));
  return [
    ...left.map(({ video, reason }) => ({ video, says: `left out: ${reason}` })),
    ...cut.flatMap(({ video, notes }) => notes.map((says) => ({ video, says }))),
  ];
}

/** The cutting steps, with what is to be said of videos by the steps' ids. */
export function sectionOf(
  steps: readonly RunRecordStep[],
  words: ReadonlyMap<string, readonly VideoWord[]>,
): Html {
  const cut = steps.filter(({ metrics }) => metrics["sought"] !== undefined);
  if (cut.length === 0) return html``;
  const rows = cut.map(({ id, metrics }) => [
    id,
    ...["videos", "frames", "sought"].map((name) => metrics[name]),
    metrics["videos"]! - metrics["sought"]!,
    ...["variable_rate", "warned", "warnings", "missing"].map((name) => metrics[name]),
  ]);
  const headings = ["step", "videos", "frames", "sought", "decoded wholly", "uneven rate", "with warnings"];
  return titled(
    "Frames",
    html`${table([...headings, "warnings", "left out"], rows)}
    ${[...words].filter(([, said]) => said.length > 0).map(([step, said]) => wordsOf(step, said))}`,
  );
}

function wordsOf(step: string, said: readonly VideoWord[]): Html {
  const more = said.length - MOST_SHOWN;
  return html`<h3>${step}</h3>
    ${table(
      ["video", "what was seen"],
      said.slice(0, MOST_SHOWN).map(({ video, says }) => [video, says]),
    )}
    ${more > 0 ? html`<p>And ${more} more.</p>` : ""}`;
}
