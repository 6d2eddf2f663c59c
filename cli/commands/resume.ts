import { continueRun } from "../../runs/continue-run.ts";
import { findRun } from "../../runs/find-run.ts";
import { home } from "../../store/home.ts";
import { detach } from "../detach.ts";
import { followToEnd } from "../follow.ts";
import { say } from "../output.ts";
import { sayFound } from "../preparing.ts";

interface ResumeOptions {
  json?: boolean;
  detach?: boolean;
  from?: string;
}

/**
 * Goes on with a run that is paused, failed, cancelled or unfinished, with its recipe as it is now. From a step on, what was
 * finished is done again.
 */
export async function resume(
  name: string,
  { json = false, detach: alone = false, from }: ResumeOptions,
): Promise<number> {
  const folder = process.cwd();
  const root = home.find(folder, process.env);
  const started = await continueRun(root, await findRun(root, name), {
    from: from ?? null,
    folder,
    tell: sayFound(json),
  });
  const { run } = started.request;
  say(`Going on with run ${run}.`, json);
  return alone ? detach(root, run, json) : followToEnd(root, started.request, json);
}
