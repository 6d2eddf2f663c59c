import { setTimeout as sleep } from "node:timers/promises";
import { digestOf } from "../../core/digest.ts";
import type { PullRequest, Sha } from "../../schemas/gitops.ts";
import type { Followed } from "../activities/followed.ts";
import { ForgeError } from "../forge/forge.ts";
import { GitError } from "../git/git-error.ts";
import { readHeads } from "../heads/heads.ts";
import { clearTrouble, noteTrouble } from "../state/trouble.ts";
import { overwritten } from "./overwritten.ts";
import { troublesOf } from "./troubles.ts";

/** A host that does not answer is asked less and less often, but at least this often (s). */
const LONGEST_WAIT = 600;
/** What was shown is looked at again at every so many-th look. */
const LOOKS_PER_REPAIR = 10;

export interface Polling {
  stop: AbortSignal;
  /** Tells that heads have changed; throws where nobody could be told. */
  poke: () => Promise<void>;
  /** Shows a commit again. */
  repair: (sha: Sha) => Promise<void>;
  /** Looks for approvals in comments. */
  approvals: () => Promise<void>;
  tell: (trouble: string | null) => void;
}

/** Reads a repository's heads again and again. Whether somebody else tells of them too makes no difference. */
export async function poll(followed: Followed, polling: Polling): Promise<void> {
  const { served, mirror } = followed;
  const { stop, poke, approvals, repair } = polling;
  const git = new Host(followed, polling);
  const forge = new Host(followed, polling);
  const noted = troublesOf(followed, polling.tell);
  let known: string | null = null;
  let pulls: readonly PullRequest[] = [];
  for (let looks = 1; !stop.aborted; looks += 1) {
    try {
      // While the forge is away, branches are followed all the same.
      const asked = forge.isDue ? followed : { mirror, forge: null };
      const { heads, away } = await readHeads(asked, pulls);
      pulls = heads.pulls;
      if (digestOf(heads) !== known) await poke();
      known = digestOf(heads);
      await git.answered();
      await noted();
      if (away !== null) throw away;
      if (forge.isDue) {
        await approvals();
        if (looks % LOOKS_PER_REPAIR === 0) for (const sha of await overwritten(followed)) await repair(sha);
        await forge.answered();
      }
    } catch (error) {
      if (stop.aborted) return;
      if (error instanceof ForgeError) await forge.failed(error);
      else await git.failed(error);
    }
    await sleep(Math.max(git.wait, served.pollSeconds) * 1000, undefined, { signal: stop }).catch(() => {});
  }
}

/** What is asked again and again: the remote, or the forge's API. */
class Host {
  readonly #followed: Followed;
  readonly #tell: Polling["tell"];
  #failures = 0;
  #again = 0;

  constructor(followed: Followed, { tell }: Polling) {
    this.#followed = followed;
    this.#tell = tell;
  }

  get isDue(): boolean {
    return Date.now() >= this.#again;
  }

  /** Seconds until it is due. */
  get wait(): number {
    return Math.max(0, (this.#again - Date.now()) / 1000);
  }

  async answered(): Promise<void> {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#tell(null);
    await clearTrouble(this.#followed.places, "fetch");
  }

  async failed(error: unknown): Promise<void> {
    const { served, places } = this.#followed;
    this.#failures += 1;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#failures === 1) this.#tell(message);
    // Of a server of ours that is away for a moment the session sees to.
    if (!(error instanceof GitError || error instanceof ForgeError)) return;
    const longer = Math.min(LONGEST_WAIT, served.pollSeconds * 2 ** Math.min(this.#failures, 10));
    const said = error instanceof ForgeError ? (error.retryAfter ?? 0) : 0;
    this.#again = Date.now() + Math.max(longer, said) * 1000;
    await noteTrouble(places, "fetch", message);
  }
}
