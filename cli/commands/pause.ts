import { pauseRun } from "../../runs/pause.ts";
import { EXIT } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { storeHere } from "../store-here.ts";

/** Pauses a run, and says so. */
export async function pause(name: string, { json = false }: { json?: boolean }): Promise<number> {
  const { run, record } = await pauseRun(storeHere(), name);
  if (json) sayJson({ run, status: record?.status ?? "paused" });
  else if (record !== undefined) say(`${run} had ended before: ${record.status}.`);
  else say(`${run} is paused. Go on with 'reprise resume ${run}'.`);
  return EXIT.done;
}
