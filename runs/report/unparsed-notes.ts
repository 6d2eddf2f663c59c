import { unparsedNote } from "../../asking/unparsed-note.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { predictionsIn } from "./predictions-in.ts";
import type { Store } from "../../store/store.ts";

/** What a reader should know of replies without a letter, of each step that has many. */
export async function unparsedNotes(store: Store, { steps }: RunRecord): Promise<Map<string, string>> {
  const notes = new Map<string, string>();
  for (const { id, outputs } of steps) {
    const found = Object.values(outputs).find(({ type }) => type === "predictions");
    if (found === undefined) continue;
    const note = unparsedNote(await predictionsIn(store, found));
    if (note !== null) notes.set(id, note);
  }
  return notes;
}
