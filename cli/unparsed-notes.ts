import type { Prediction } from "../report/statistics/sample.ts";
import { unparsedNote } from "../report/unparsed.ts";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import { pathOf } from "../store/artifacts.ts";
import { readJsonLines } from "../store/files.ts";

/** What a reader should know of replies without a letter, of each step that has many. */
export async function unparsedNotes(root: string, { steps }: RunRecord): Promise<Map<string, string>> {
  const notes = new Map<string, string>();
  for (const { id, outputs } of steps) {
    const { predictions } = outputs;
    if (predictions === undefined) continue;
    const note = unparsedNote(await readJsonLines<Prediction>(pathOf(root, predictions)));
    if (note !== null) notes.set(id, note);
  }
  return notes;
}
