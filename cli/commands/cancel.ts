import { cancelRun } from "../../runs/cancel.ts";
import { EXIT } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { storeHere } from "../store-here.ts";

/** Cancels a run, and says what it left. */
export async function cancel(name: string, { json = false }: { json?: boolean }): Promise<number> {
  const record = await cancelRun(storeHere(), name);
  if (json) sayJson(record);
  else if (record.status === "cancelled")
    say(`${record.run} is cancelled. Its finished steps stay in the store, its checkpoints too.`);
  else say(`${record.run} had ended before: ${record.status}.`);
  return EXIT.done;
}
