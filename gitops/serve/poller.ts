import { setTimeout as sleep } from "node:timers/promises";
import { digestOf } from "../../core/digest.ts";
import type { Followed } from "../activities/followed.ts";
import { ForgeError } from "../forge/forge.ts";
import { GitError } from "../git/git-error.ts";
import { readHeads } from "../heads/heads.ts";
import { clearTrouble, noteTrouble } from "../state/trouble.ts";

/** A repository that does not answer is asked less and less often, but at least this often (s). */
const LONGEST_WAIT = 600;

export interface Polling {
  stop: AbortSignal;
  /** Tells that heads have changed; throws where nobody could be told. */
  poke: () => Promise<void>;
  /** Looks for approvals in comments. */
  approvals: () => Promise<void>;
  tell: (trouble: string | null) => void;
}

/** Reads a repository's heads again and again. Whether somebody else tells of them too makes no difference. */
export async function poll(followed: Followed, { stop, poke, approvals, tell }: Polling): Promise<void> {
  const { served, places } = followed;
  let known: string | null = null;
  for (let failures = 0; !stop.aborted;) {
    let wait = served.pollSeconds;
    try {
      const heads = digestOf(await readHeads(followed));
      if (heads !== known) await poke();
      known = heads;
      await approvals();
      if (failures > 0) {
        tell(null);
        await clearTrouble(places, "fetch");
      }
      failures = 0;
    } catch (error) {
      failures += 1;
      wait = Math.min(LONGEST_WAIT, served.pollSeconds * 2 ** Math.min(failures, 10));
      if (error instanceof ForgeError && error.retryAfter !== null) wait = Math.max(wait, error.retryAfter);
      if (stop.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      // Of a server of ours that is away for a moment the session sees to.
      if (error instanceof GitError || error instanceof ForgeError)
        await noteTrouble(places, "fetch", message);
      else wait = served.pollSeconds;
      if (failures === 1) tell(message);
    }
    await sleep(wait * 1000, undefined, { signal: stop }).catch(() => {});
  }
}
