import path from "node:path";
import { EXIT } from "../errors.ts";
import { findRun } from "../../runs/find-run.ts";
import { withoutRecord } from "../without-record.ts";
import { say, sayJson } from "../output.ts";
import { storeHere } from "../store-here.ts";

/** Writes a run's report again, from its record and event files. */
export async function report(name: string, { json = false }: { json?: boolean }): Promise<number> {
  const store = storeHere();
  const { request } = await findRun(store, name);
  const record = await store.runs.loadRecord(request.run);
  if (record === undefined) throw await withoutRecord(store, request.run, "it has no record yet");
  const { writeReport } = await import("../../runs/report/write-report.ts");
  const { file } = await writeReport(store, record);
  if (json) sayJson({ run: request.run, report: file });
  else say(path.relative(process.cwd(), file));
  return EXIT.done;
}
