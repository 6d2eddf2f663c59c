import path from "node:path";
import { home } from "../../store/home.ts";
import { loadRecord } from "../../store/runs.ts";
import { EXIT, UserError } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { recordCancelled } from "../../runs/record-cancelled.ts";
import { withUnfinished, type Opened } from "../with-session.ts";

/** Cancels a run: its programs are ended, its record is written. Also when no worker is left to hear of it. */
export async function cancel(name: string, { json = false }: { json?: boolean }): Promise<number> {
  const { root, request } = await withUnfinished(name, endSteps);
  const { run } = request;
  const record = await loadRecord(root, run);
  if (record === undefined)
    throw new UserError(EXIT.failed, `The run ${run} was told to stop, but left no record. Try again.`);
  if (json) sayJson(record);
  else if (record.status === "cancelled")
    say(`${run} is cancelled. Its finished steps stay in the store, its checkpoints too.`);
  else say(`${run} had ended before: ${record.status}.`);
  return EXIT.done;
}

async function endSteps(opened: Opened): Promise<void> {
  const { root, request, session } = opened;
  if (opened.handle === undefined) await recordCancelled(root, request);
  // Its command may just have started it.
  const handle = opened.handle ?? (await session.attach(request.run))?.handle;
  if (handle === undefined) return;
  await session.ask(handle, (workflow) => workflow.cancel());
  // A worker of our own finishes the cancelling if the run's worker is gone.
  await session.work(request.run, path.join(home.run(root, request.run), "engine.log"));
  await session.resultOf(handle);
}
