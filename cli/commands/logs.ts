import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { RunError } from "../../runs/errors.ts";
import { findRun } from "../../runs/find-run.ts";
import { EXIT } from "../errors.ts";
import { say } from "../output.ts";
import { endWithReader } from "../readers.ts";
import { storeHere } from "../store-here.ts";

/** Prints what a step's program wrote; with -f goes on until the step or its run is over. */
export async function logs(
  name: string,
  step: string,
  { follow = false }: { follow?: boolean },
): Promise<number> {
  endWithReader();
  const store = storeHere();
  const { request } = await findRun(store, name);
  const ids = request.plan.steps.map(({ id }) => id);
  if (!ids.includes(step)) throw new RunError({ why: "step-unknown", step, steps: ids });
  // A reused step's log stands with the run that made it; the record knows where.
  const recorded = (await store.runs.loadRecord(request.run))?.steps.find(({ id }) => id === step)?.log;
  const file = store.runs.trace(request.run, recorded ?? `${step}/log.txt`);
  const isOver = async () =>
    (await store.runs.loadOutcome(request.run, step)) !== undefined ||
    (await store.runs.loadRecord(request.run)) !== undefined;
  let offset = 0;
  for (;;) {
    const over = await isOver();
    const size = await stat(file).then(
      (entry) => entry.size,
      () => 0,
    );
    if (size > offset)
      await pipeline(createReadStream(file, { start: offset, end: size - 1 }), process.stdout, {
        end: false,
      });
    offset = size;
    if (!follow || over) break;
    await sleep(300);
  }
  if (offset === 0) say(`The step '${step}' of ${request.run} has written nothing.`, true);
  return EXIT.done;
}
