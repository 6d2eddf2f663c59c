import { EXIT, UserError } from "./errors.ts";
import type { Store } from "../store/store.ts";

/** Why a run has no record that can be read, and what to do. */
export async function withoutRecord(store: Store, run: string, so: string): Promise<UserError> {
  const defects = await store.runs.recordDefects(run);
  return new UserError(
    EXIT.failed,
    defects.length === 0
      ? `The run ${run} is not over; ${so}.`
      : `The record of the run ${run} cannot be read: ${defects.join("; ")}. 'reprise resume ${run}' writes it anew from the finished steps.`,
  );
}
