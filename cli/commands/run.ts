import { requireOpenFiles } from "../../engine/open-files.ts";
import { beginRun } from "../../runs/begin.ts";
import { counted } from "../../schemas/counted.ts";
import { confinement } from "../confine.ts";
import { detach } from "../detach.ts";
import { followToEnd, tellEnd } from "../follow.ts";
import { say } from "../output.ts";
import { sayFound } from "../preparing.ts";
import { planOf, type RecipeOptions } from "../recipe-file.ts";
import { needsPython, prepared } from "../set-up.ts";
import { writable } from "../writable.ts";
import { storeHere } from "../store-here.ts";

export interface RunOptions extends RecipeOptions {
  json?: boolean;
  new?: boolean;
  detach?: boolean;
  failFast?: boolean;
  dryRun?: boolean;
}

/** Runs a recipe to its verdict. Goes on with an unfinished run; needs no server when the store has everything. */
export async function run(
  file: string,
  {
    json = false,
    new: afresh = false,
    detach: alone = false,
    failFast = false,
    dryRun,
    ...options
  }: RunOptions,
): Promise<number> {
  if (dryRun === true) return (await import("./plan.ts")).plan(file, { json, ...options });
  requireOpenFiles();
  const planned = await planOf(file, options);
  if (needsPython(planned.plan)) await prepared("python");
  const folder = process.cwd();
  const store = await writable(storeHere());
  const heartbeat = process.env["REPRISE_HEARTBEAT_SECONDS"];
  const begun = await beginRun(store, {
    ...planned,
    ...{ folder, afresh, failFast, settings: options.set ?? [], confine: confinement(options.confine) },
    ...(heartbeat ? { heartbeatSeconds: Number(heartbeat) } : {}),
    tell: sayFound(json),
  });
  const { request } = begun.started;
  switch (begun.how) {
    case "reused":
      return tellEnd(store, request.run, json, begun.record);
    case "goes-on":
      say(`Going on with run ${request.run}.`, json);
      break;
    case "begun":
      say(`Run ${request.run}: ${counted(request.plan.steps.length, "step")}, ${begun.reused} reused.`, json);
  }
  await prepared("server");
  return alone ? detach(store, request.run, json) : followToEnd(store, request, json);
}
