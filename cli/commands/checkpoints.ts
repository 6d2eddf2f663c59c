import prettyBytes from "pretty-bytes";
import { checkpointsOfStep } from "../../runs/checkpoints.ts";
import { RunError } from "../../runs/errors.ts";
import { findRun } from "../../runs/find-run.ts";
import { EXIT } from "../errors.ts";
import { say, sayJson } from "../output.ts";
import { drawTable } from "../table.ts";
import { storeHere } from "../store-here.ts";

/** Lists what a run's unfinished steps can be resumed from. A finished step has none: its result is in the store. */
export async function checkpoints(
  name: string,
  step: string | undefined,
  { json = false }: { json?: boolean },
): Promise<number> {
  const store = storeHere();
  const { request } = await findRun(store, name);
  const ids = request.plan.steps.map(({ id }) => id);
  if (step !== undefined && !ids.includes(step))
    throw new RunError({ why: "step-unknown", step, steps: ids });
  const found = await Promise.all(
    (step === undefined ? ids : [step]).map((id) => checkpointsOfStep(store, request.run, id)),
  );
  const some = found.filter((entry) => entry.checkpoints.length + entry.parts > 0);
  if (json) sayJson({ run: request.run, steps: some });
  else if (some.length === 0) say("No checkpoint: nothing was saved yet, or the steps are finished.");
  else {
    const rows = some.flatMap(({ step: id, checkpoints: listed, parts }) => [
      ...(parts > 0 ? [[`${id}: ${parts} finished parts`, "", "", "yes"]] : []),
      ...listed.map(({ step: at, saved, bytes, defect }) => [
        `${request.run}:${id}@${at}`,
        saved.slice(0, 19),
        prettyBytes(bytes),
        defect ?? "yes",
      ]),
    ]);
    say(drawTable(["checkpoint", "saved", "size", "whole"], rows));
  }
  return EXIT.done;
}
