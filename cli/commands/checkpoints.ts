import path from "node:path";
import prettyBytes from "pretty-bytes";
import { readJsonIfWhole, readJsonLines } from "../../store/files.ts";
import { listCheckpoints, type ListedCheckpoint } from "../../store/checkpoints.ts";
import { home } from "../../store/home.ts";
import { checkpointsOf } from "../../store/works.ts";
import { EXIT, UserError } from "../errors.ts";
import { findRun } from "../find-run.ts";
import { say, sayJson } from "../output.ts";
import { drawTable } from "../table.ts";

interface StepCheckpoints {
  step: string;
  checkpoints: ListedCheckpoint[];
  /** Videos or samples that are finished one by one. */
  parts: number;
}

/** Lists what a run's unfinished steps can be resumed from. A finished step has none: its result is in the store. */
export async function checkpoints(
  name: string,
  step: string | undefined,
  { json = false }: { json?: boolean },
): Promise<number> {
  const root = home.find(process.cwd(), process.env);
  const { request } = await findRun(root, name);
  const ids = request.plan.steps.map(({ id }) => id);
  if (step !== undefined && !ids.includes(step))
    throw new UserError(EXIT.invalid, `The run has no step '${step}'. It has: ${ids.join(", ")}.`);
  const found = await Promise.all(
    (step === undefined ? ids : [step]).map((id) => checkpointsOfStep(root, request.run, id)),
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
    say(drawTable(["checkpoint", "saved", "size", "whole"], rows, true));
  }
  return EXIT.done;
}

async function checkpointsOfStep(root: string, run: string, step: string): Promise<StepCheckpoints> {
  const work = await readJsonIfWhole<{ key: string }>(
    path.join(home.step(root, run, step), "work.json"),
    "key",
  );
  if (work === undefined) return { step, checkpoints: [], parts: 0 };
  const folder = checkpointsOf(root, work.key);
  const parts = await Promise.all(
    ["journal.jsonl", "replies.jsonl"].map((file) => readJsonLines(path.join(folder, file))),
  );
  return { step, checkpoints: await listCheckpoints(folder), parts: parts.flat().length };
}
