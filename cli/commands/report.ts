import path from "node:path";
import { home } from "../../store/home.ts";
import { loadRecord } from "../../store/runs.ts";
import { EXIT } from "../errors.ts";
import { findRun } from "../../runs/find-run.ts";
import { withoutRecord } from "../without-record.ts";
import { say, sayJson } from "../output.ts";

/** Writes a run's report again, from its record and event files. */
export async function report(name: string, { json = false }: { json?: boolean }): Promise<number> {
  const root = home.find(process.cwd(), process.env);
  const { request } = await findRun(root, name);
  const record = await loadRecord(root, request.run);
  if (record === undefined) throw await withoutRecord(root, request.run, "it has no record yet");
  const { writeReport } = await import("../../runs/report/write-report.ts");
  const file = await writeReport(root, record);
  if (json) sayJson({ run: request.run, report: file });
  else say(path.relative(process.cwd(), file));
  return EXIT.done;
}
