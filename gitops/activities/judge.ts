import type { Moved, RunAt } from "../../schemas/gitops-work.ts";
import { readFacts, writeFacts } from "../state/commits.ts";
import { differenceOf } from "../verdicts/difference.ts";
import { stateOf, verdictOf } from "../verdicts/verdict-of.ts";
import { baseRunOf } from "./base-run.ts";
import { followedAs, type Around } from "./followed.ts";
import { letGo } from "./let-go.ts";

/** Reads a run's record: its verdict, and the difference from the run of the base, stand in the store then. */
export async function judge(around: Around, at: RunAt & { run: string }): Promise<Moved> {
  const { store } = around;
  const { key, attempt, run, sha } = at;
  const followed = followedAs(around, at.repository);
  const moved = (state: Moved["state"], note: string | null): Moved => ({ key, attempt, state, run, note });
  const [record, facts] = await Promise.all([
    store.runs.loadRecord(run),
    readFacts(followed.places, sha, key),
  ]);
  if (record === undefined || facts === undefined)
    return moved("failed", `it left no record; 'reprise logs ${run}' may say more`);
  const verdict = verdictOf(record);
  const base = await baseRunOf(around, followed, facts, true);
  const difference = base === null ? null : await differenceOf(store, base, record);
  await writeFacts(followed.places, sha, key, { ...facts, verdict, difference });
  await letGo(around, at);
  return moved(stateOf(verdict, facts.plan, facts.job.gate), null);
}
