import path from "node:path";
import { findToolchain } from "../host/toolchain.ts";
import type { RunRequest } from "../schemas/plan.ts";
import { home } from "../store/home.ts";
import { loadRecord, recordFile } from "../store/runs.ts";
import { EXIT, UserError } from "./errors.ts";
import { say, sayJson } from "./output.ts";
import { exitCodeOf, summarise } from "./summary.ts";
import { unparsedNotes } from "../runs/report/unparsed-notes.ts";

/** Works on a run until it ends, and tells how. Temporal is loaded only here: a run that reuses everything needs none. */
export async function followToEnd(root: string, request: RunRequest, json: boolean): Promise<number> {
  const { runToEnd } = await import("./run-to-end.ts");
  const stream = json ? process.stderr : process.stdout;
  const how = await runToEnd(root, request, findToolchain().server, stream);
  if (how === "over") return tellEnd(root, request.run, json);
  if (json) sayJson({ run: request.run, status: how });
  return EXIT.interrupted;
}

/** Writes the report, says what came out, and gives the exit code. */
export async function tellEnd(root: string, id: string, json: boolean): Promise<number> {
  const record = await loadRecord(root, id);
  if (record === undefined)
    throw new UserError(
      EXIT.failed,
      `The run ${id} left no record; see ${path.join(home.run(root, id), "engine.log")}.`,
    );
  const { writeReport } = await import("../runs/report/write-report.ts");
  const report = await writeReport(root, record);
  if (json) sayJson(record);
  else say(summarise(record, await unparsedNotes(root, record), { record: recordFile(root, id), report }));
  return exitCodeOf(record);
}
