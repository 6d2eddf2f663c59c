import { counted } from "../../schemas/counted.ts";
import type { Having } from "../../data/questions/questions-file.ts";
import { StepFailure } from "../../core/step-failure.ts";

export interface Unusable {
  video: string;
  reason: string;
  /** The questions that need it. */
  ids: string[];
}

const MOST_NAMED = 3;

/** The videos that cannot be used, with their questions. Throws unless they may be left out, and when none is left. */
export function leaveOut(
  rows: readonly Having<"video">[],
  reasons: ReadonlyMap<string, string>,
  allowed: boolean,
): Unusable[] {
  const ids = new Map<string, string[]>();
  for (const { video, id } of rows) {
    const known = ids.get(video);
    if (known === undefined) ids.set(video, [id]);
    else known.push(id);
  }
  const left = [...reasons]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([video, reason]) => ({ video, reason, ids: ids.get(video) ?? [] }));
  if (left.length > 0 && (!allowed || left.length === ids.size))
    throw new StepFailure("data", told(left, ids.size, allowed));
  return left;
}

function told(left: Unusable[], videos: number, allowed: boolean): string {
  const lines = left.map(({ video, reason, ids }) => {
    const more = ids.length > MOST_NAMED ? `, and ${ids.length - MOST_NAMED} more` : "";
    return `\n  ${video}: ${reason} (needed by ${ids.slice(0, MOST_NAMED).join(", ")}${more})`;
  });
  const advice = allowed ? "" : "\nSet 'allow_missing: true' to go on without their questions.";
  return `${left.length} of ${counted(videos, "video")} cannot be used:${lines.join("")}${advice}`;
}
