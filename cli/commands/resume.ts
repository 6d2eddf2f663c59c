import { requireOpenFiles } from "../../engine/open-files.ts";
import { continueRun } from "../../runs/continue-run.ts";
import { findRun } from "../../runs/find-run.ts";
import { detach } from "../detach.ts";
import { followToEnd } from "../follow.ts";
import { say } from "../output.ts";
import { sayFound } from "../preparing.ts";
import { needsPython, prepared } from "../set-up.ts";
import { storeHere } from "../store-here.ts";

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
  requireOpenFiles();
  const folder = process.cwd();
  const store = storeHere();
  const started = await continueRun(store, await findRun(store, name), {
    from: from ?? null,
    folder,
    tell: sayFound(json),
  });
  const { run, plan } = started.request;
  await prepared(...(needsPython(plan) ? (["python", "server"] as const) : (["server"] as const)));
  say(`Going on with run ${run}.`, json);
  return alone ? detach(store, run, json) : followToEnd(store, started.request, json);
}
