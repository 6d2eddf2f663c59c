import type { RunRecord } from "../schemas/generated/run-record.ts";
import { html, section, table, type Html } from "./html.ts";

/** What is to be said of one video: why it was left out, or what is odd about it. */
export interface VideoWord {
  video: string;
  says: string;
}

// A dataset may have thousands: the step's output has all of them.
const MOST_SHOWN = 50;

/** How the videos of each cutting step were read, what they warned of, and what was left out. */
export function framesSection({ steps }: RunRecord, words: ReadonlyMap<string, readonly VideoWord[]>): Html {
  const cut = steps.filter(({ metrics }) => metrics["sought"] !== undefined);
  if (cut.length === 0) return html``;
  const rows = cut.map(({ id, metrics }) => [
    id,
    ...["videos", "frames", "sought"].map((name) => metrics[name]),
    metrics["videos"]! - metrics["sought"]!,
    ...["variable_rate", "warned", "warnings", "missing"].map((name) => metrics[name]),
  ]);
  const headings = ["step", "videos", "frames", "sought", "decoded wholly", "uneven rate", "with warnings"];
  return section(
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
