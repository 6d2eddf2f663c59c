import { once } from "node:events";
import type { Ending, Happening } from "../runs/follow.ts";
import { findToolchain } from "../host/toolchain.ts";
import { filesToLookAt } from "../runs/outputs.ts";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import type { RunRequest } from "../schemas/plan.ts";
import { EXIT, UserError } from "./errors.ts";
import { loadParts } from "./launch/load-parts.ts";
import { say, sayJson } from "./output.ts";
import type { ProgressView } from "./progress-view.ts";
import { interruption } from "./stopping.ts";
import { exitCodeOf, summarise } from "./summary.ts";
import type { Store } from "../store/store.ts";

/**
 * Works on a run until it ends, and tells how. The first Ctrl-C stops gracefully, the second one leaves at once. Temporal is loaded
 * only here: a run that reuses everything needs none.
 */
export async function followToEnd(store: Store, request: RunRequest, json: boolean): Promise<number> {
  const how = await workToEnd(store, request, json);
  if (how === "over") return tellEnd(store, request.run, json);
  if (json) sayJson({ run: request.run, status: how });
  return EXIT.interrupted;
}

/** The same, but for what came out: says how the following ended. */
export async function workToEnd(store: Store, request: RunRequest, json: boolean): Promise<Ending> {
  const stream = json ? process.stderr : process.stdout;
  const stopping = interruption();
  stopping.listen();
  try {
    const { beginSoon } = await import("../engine/server.ts");
    // Another command that is just starting it must not keep anybody from leaving.
    const left = new AbortController();
    const asked = () => once(stopping.signal, "abort", { signal: left.signal }).catch(() => {});
    const leaving = stopping.signal.aborted || asked();
    await Promise.race([beginSoon(store, findToolchain().server), leaving]);
    left.abort();
    loadParts();
    const { followRun } = await import("../runs/follow.ts");
    return await followRun(store, request, {
      interrupt: stopping.signal,
      tell: teller(store, request, stream),
    });
  } finally {
    stopping.dispose();
  }
}

/** Shows what happens while a run is followed. */
function teller(
  store: Store,
  request: RunRequest,
  stream: NodeJS.WriteStream,
): (happening: Happening) => Promise<void> {
  const show = progressTeller(store, request, stream);
  return async (happening) => {
    await show(happening);
    switch (happening.says) {
      case "taken-over":
        stream.write(`Taking over from a worker that is gone: ${happening.steps.join(", ")}.\n`);
        return;
      case "from-store":
        stream.write(whyFromStore(happening));
        return;
      case "working":
        return;
      case "ending":
        stream.write(farewell(request, happening.how));
    }
  };
}

/** Shows how far the steps of a run are, while it is worked on. */
export function progressTeller(
  store: Store,
  request: RunRequest,
  stream: NodeJS.WriteStream,
): (happening: Happening) => Promise<void> {
  let view: ProgressView | undefined;
  return async ({ says }) => {
    if (says === "working")
      view = (await import("./progress-view.ts")).showProgress(store, request.run, request.plan, stream);
    if (says !== "ending") return;
    await view?.close();
    view = undefined;
  };
}

function farewell({ run, plan }: RunRequest, how: Ending | "error"): string {
  switch (how) {
    case "paused":
      return `\nThe run is paused. Go on with 'reprise resume ${run}'.\n`;
    case "interrupted":
      return `\nStopping; the run is kept. Go on with 'reprise run ${plan.recipe.path}', or end it with 'reprise cancel ${run}'. Ctrl-C again leaves at once.\n`;
    case "over":
    case "error":
      return "";
  }
}

function whyFromStore({ version, others, folder }: Happening & { says: "from-store" }): string {
  const why =
    others.length === 0
      ? ""
      : ` It is Temporal ${version}; the run may have begun on ${others.join(" or ")}, whose file in '${folder}' it cannot read.`;
  return `The server does not know this run.${why} The run goes on from the store: finished steps are reused, the others go on from their checkpoints.\n`;
}

/** Writes the report, says what came out, and gives the exit code. With the record, if that is known. */
export async function tellEnd(store: Store, id: string, json: boolean, known?: RunRecord): Promise<number> {
  const record = known ?? (await store.runs.loadRecord(id));
  if (record === undefined)
    throw new UserError(EXIT.failed, `The run ${id} left no record; see ${store.runs.files(id).engineLog}.`);
  const { writeReport } = await import("../runs/report/write-report.ts");
  const { file: report, kinds, unparsed } = await writeReport(store, record);
  if (json) sayJson(record);
  else {
    const looked = new Map<string, string[]>();
    for (const step of record.steps) looked.set(step.id, await filesToLookAt(store, step));
    const files = { record: store.runs.files(id).record, report, looked };
    say(summarise(record, kinds, unparsed, files));
  }
  return exitCodeOf(record);
}
