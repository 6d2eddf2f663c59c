import { unparsedNote } from "../../asking/unparsed-note.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { predictionsIn } from "./predictions-in.ts";

/** What a reader should know of replies without a letter, of each step that has many. */
export async function unparsedNotes(root: string, { steps }: RunRecord): Promise<Map<string, string>> {
  const notes = new Map<string, string>();
  for (const { id, outputs } of steps) {
    const found = Object.values(outputs).find(({ type }) => type === "predictions");
    if (found === undefined) continue;
    const note = unparsedNote(await predictionsIn(root, found));
    if (note !== null) notes.set(id, note);
  }
  return notes;
}
