import path from "node:path";
import type { ListedCheckpoint } from "../store/checkpoints.ts";
import { readJsonLines } from "../store/files.ts";
import type { Store } from "../store/store.ts";

export interface StepCheckpoints {
  step: string;
  checkpoints: ListedCheckpoint[];
  /** Videos or samples that are finished one by one. */
  parts: number;
}

/** What an unfinished step of a run can be resumed from; nothing of one that has not begun, or is finished. */
export async function checkpointsOfStep(store: Store, run: string, step: string): Promise<StepCheckpoints> {
  const work = await store.runs.loadWork(run, step);
  if (work === undefined) return { step, checkpoints: [], parts: 0 };
  const { checkpoints: folder } = store.local.work(work.key);
  const parts = await Promise.all(
    ["journal.jsonl", "replies.jsonl"].map((file) => readJsonLines(path.join(folder, file))),
  );
  return { step, checkpoints: await store.works.listCheckpoints(work.key), parts: parts.flat().length };
}
