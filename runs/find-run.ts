import { listRuns, loadRecord, loadRun, recordDefects, type StartedRun } from "../store/runs.ts";
import { EXIT, UserError } from "./errors.ts";
import { storeAbove } from "./nearby-store.ts";

/** A run by its id or the beginning of it; the newest one for 'last'. */
export async function findRun(root: string, name: string): Promise<StartedRun> {
  const runs = await listRuns(root);
  const matches =
    name === "last" ? runs.slice(0, 1) : runs.filter((run) => run === name || run.startsWith(name));
  const exact = matches.find((run) => run === name) ?? matches[0];
  if (exact === undefined) {
    throw new UserError(
      EXIT.invalid,
      runs.length === 0
        ? ["There is no run here yet.", storeAbove(process.cwd(), process.env) ?? ""].join(" ").trimEnd()
        : `There is no run '${name}'. 'reprise status' lists them.`,
    );
  }
  if (matches.length > 1 && exact !== name) {
    throw new UserError(EXIT.invalid, `'${name}' fits several runs: ${matches.join(", ")}.`);
  }
  return (await loadRun(root, exact))!;
}

/** As `findRun`, for what can only be done to a run that is not over. */
export async function findUnfinished(root: string, name: string): Promise<StartedRun> {
  const started = await findRun(root, name);
  const record = await loadRecord(root, started.request.run);
  if (record === undefined) return started;
  throw new UserError(EXIT.invalid, `The run ${started.request.run} is over: ${record.status}.`);
}

/** Why a run has no record that can be read, and what to do. */
export async function withoutRecord(root: string, run: string, so: string): Promise<UserError> {
  const defects = await recordDefects(root, run);
  return new UserError(
    EXIT.failed,
    defects.length === 0
      ? `The run ${run} is not over; ${so}.`
      : `The record of the run ${run} cannot be read: ${defects.join("; ")}. 'reprise resume ${run}' writes it anew from the finished steps.`,
  );
}
