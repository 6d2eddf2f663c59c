import type { Store } from "../../store/store.ts";
import type { Sha } from "../../schemas/gitops.ts";
import type { RepositoryLimits, ServedRepository } from "../../schemas/gitops-policy.ts";
import type { Places } from "../../store/gitops-files.ts";
import { checkOut, KEEP, listCheckouts, refuseCheckout, releaseCheckout } from "./checkouts.ts";
import { Commit } from "./commit.ts";
import { remoteEnvironment } from "./environment.ts";
import { fetchObjects, noteSeen, refsBelow, seenCommits } from "./fetch.ts";
import { GitError } from "./git-error.ts";
import { readHeads, type RemoteHeads } from "./heads.ts";
import { isSha } from "./names.ts";
import { presentCommits, type LocalGit } from "./objects.ts";
import { tidyPacks } from "./packs.ts";
import { remoteOf, type Remote } from "./remote.ts";
import {
  emptyMirror,
  gitIn,
  isDamaged,
  isMade,
  makeMirror,
  removeStaleLocks,
  withMirrorLock,
} from "./repository.ts";
import { readNote, writeNote } from "./write-ref.ts";

type Limits = Pick<RepositoryLimits, "mirrorBytes" | "checkoutBytes" | "files" | "fetchSeconds">;

const HEADS_SECONDS = 60;
// What a repository that is planned commit by commit is asked for again and again.
const COMMITS_KEPT = 4;

/**
 * A bare mirror of one repository, made when it is first needed and made again when it is damaged. Every method may be called by
 * several processes at once, and throws GitError.
 */
export class Mirror {
  readonly #places: Places;
  readonly #remote: Remote;
  readonly #limits: Limits;
  readonly #git: LocalGit;
  readonly #commits = new Map<Sha, Promise<Commit>>();

  constructor(places: Places, remote: Remote, limits: Limits) {
    this.#places = places;
    this.#remote = remote;
    this.#limits = limits;
    this.#git = gitIn(places.mirror);
  }

  /** The mirror of a repository in the store; `remote` where its token is not a variable of ours. */
  static of(store: Store, served: ServedRepository, remote: Remote = remoteOf(served, process.env)): Mirror {
    return new Mirror(store.gitops.repository(served.name), remote, served.limits);
  }

  /** Absolute path of the folder that working trees stand in. */
  get checkoutsFolder(): string {
    return this.#places.checkouts;
  }

  /** Reads the remote's refs; the mirror need not be there. */
  async heads(): Promise<RemoteHeads> {
    const environment = await remoteEnvironment(this.#remote, process.env);
    return readHeads(this.#remote.url, environment, HEADS_SECONDS);
  }

  /**
   * Fetches refs (full names, with the commits that they were seen at), as far as the mirror lacks the commits. Gives those commits
   * that the remote does not have any more: a branch was forced on between.
   */
  fetch(refs: Readonly<Record<string, Sha>>): Promise<Sha[]> {
    const wanted = Object.entries(refs);
    if (wanted.length === 0) return Promise.resolve([]);
    return this.#locked(async () => {
      await makeMirror(this.#places.mirror, wanted[0]![1]);
      const seen = await seenCommits(this.#git);
      const fresh = wanted.filter(([, sha]) => !seen.has(sha));
      if (fresh.length === 0) return [];
      // What was too large may have become smaller at the remote.
      await this.#tidy();
      await fetchObjects(
        this.#fetching,
        fresh.map(([ref]) => ref),
      );
      const missing = await noteSeen(this.#git, [...new Set(fresh.map(([, sha]) => sha))]);
      await this.#tidy();
      return missing.length === 0 ? [] : this.#fetchCommits(missing);
    });
  }

  /** Fetches commits by their shas, where the remote gives what no ref is at; gives those that it does not. */
  fetchCommits(shas: readonly Sha[]): Promise<Sha[]> {
    if (shas.length === 0) return Promise.resolve([]);
    return this.#locked(async () => {
      await makeMirror(this.#places.mirror, shas[0]!);
      const present = await presentCommits(this.#git, shas);
      return this.#fetchCommits(shas.filter((sha) => !present.has(sha)));
    });
  }

  /** Whether the mirror has a commit. */
  has(sha: Sha): Promise<boolean> {
    return this.#read(async (git) => (await presentCommits(git, [checked(sha)])).has(sha));
  }

  /** The newest commit that both come from; null without one, or where one of them is not there. */
  mergeBase(a: Sha, b: Sha): Promise<Sha | null> {
    return this.#read(async (git) => {
      if ((await presentCommits(git, [checked(a), checked(b)])).size < new Set([a, b]).size) return null;
      const { stdout } = await git(["merge-base", a, b], { answers: [1] });
      return stdout.toString("utf8").split("\n")[0] || null;
    });
  }

  /** Commits after `good` up to `bad`, the oldest first, along first parents. */
  between(good: Sha, bad: Sha): Promise<Sha[]> {
    return this.#read(async (git) => {
      const range = [checked(bad), `^${checked(good)}`];
      const { stdout } = await git(["rev-list", "--first-parent", "--reverse", ...range]);
      return stdout.toString("utf8").split("\n").slice(0, -1);
    });
  }

  /** Paths that differ between two commits; a renamed file counts at both. */
  changed(base: Sha, sha: Sha): Promise<string[]> {
    return this.#read(async (git) => {
      const compared = [checked(base), checked(sha)];
      const { stdout } = await git(["diff-tree", "-r", "-z", "--no-renames", "--name-only", ...compared]);
      return stdout.toString("utf8").split("\0").slice(0, -1);
    });
  }

  /** A commit's files, from objects alone. */
  commit(sha: Sha): Promise<Commit> {
    const known = this.#commits.get(sha);
    if (known !== undefined) return known;
    const opened = this.#read(() => Commit.open(this.#reading, checked(sha), this.#limits.files));
    this.#commits.set(sha, opened);
    opened.catch(() => this.#commits.delete(sha));
    for (const old of [...this.#commits.keys()].slice(0, -COMMITS_KEPT)) this.#commits.delete(old);
    return opened;
  }

  /** The commit that an abbreviated sha stands for, of those in the mirror; null where there is none, or more than one. */
  expand(short: string): Promise<Sha | null> {
    if (!/^[0-9a-f]{4,64}$/.test(short)) return Promise.resolve(null);
    return this.#read(async (git) => {
      const { code, stdout } = await git(["rev-parse", "--verify", "--quiet", `${short}^{commit}`], {
        answers: [1, 128],
      });
      return code === 0 ? stdout.toString("utf8").trim() : null;
    });
  }

  /** A working tree of a commit for a run, made or found: its absolute path, the same each time, until it is released. */
  async checkout(sha: Sha): Promise<string> {
    await refuseCheckout(await this.commit(checked(sha)), this.#limits.checkoutBytes);
    return this.#locked(() => checkOut(this.#git, this.#places, sha));
  }

  /** Removes a commit's working tree and lets go of it; nothing without one. */
  release(sha: Sha): Promise<void> {
    return this.#locked(() => releaseCheckout(this.#git, this.#places, checked(sha)));
  }

  /** Commits that have a working tree. */
  async checkouts(): Promise<Sha[]> {
    return isMade(this.#places.mirror) ? listCheckouts(this.#git) : [];
  }

  /**
   * Makes a ref of ours, such as refs/reprise/status/<sha>, hold files, or removes it (null): in the remote where that takes it,
   * and in the mirror in any case.
   */
  writeRef(ref: string, files: Readonly<Record<string, string>> | null): Promise<"remote" | "mirror"> {
    return this.#locked(() => writeNote(this.#places.mirror, this.#remote, { ref, files }));
  }

  /** What refs that `writeRef` wrote stand at in the mirror, by their full names. */
  async notes(below: string): Promise<Record<string, Sha>> {
    if (!isMade(this.#places.mirror)) return {};
    const refs = await this.#read((git) => refsBelow(git, below));
    return Object.fromEntries(refs.map(({ name, sha }) => [name, sha]));
  }

  /** A file of a ref that `writeRef` wrote; null without one. */
  async readRef(ref: string, file: string): Promise<string | null> {
    if (!isMade(this.#places.mirror)) return null;
    return this.#read((git) => readNote(git, ref, file));
  }

  #tidy(): Promise<void> {
    return tidyPacks(this.#git, this.#places.mirror, this.#limits.mirrorBytes);
  }

  get #fetching() {
    const { mirrorBytes: mostBytes, fetchSeconds: seconds } = this.#limits;
    return { mirror: this.#places.mirror, remote: this.#remote, mostBytes, seconds };
  }

  /** For objects that are read later on. */
  get #reading(): LocalGit {
    return (...call) => this.#read((git) => git(...call));
  }

  async #fetchCommits(shas: readonly Sha[]): Promise<Sha[]> {
    for (const sha of shas)
      await fetchObjects(this.#fetching, [checked(sha)]).catch((error: unknown) => {
        // The remote does not give what no ref is at.
        if (!(error instanceof GitError) || !["failed", "refused", "unreachable"].includes(error.fault))
          throw error;
      });
    return noteSeen(this.#git, shas);
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    return withMirrorLock(this.#places.mirror, () =>
      work().catch(async (error: unknown) => {
        if (!mayBeDamage(error)) throw error;
        await this.#mend();
        return work();
      }),
    );
  }

  /** Reads from the mirror; nothing is there before the first fetch. */
  async #read<T>(work: (git: LocalGit) => Promise<T>): Promise<T> {
    if (!isMade(this.#places.mirror))
      throw new GitError("unknown", "Nothing of the repository was fetched yet.");
    return work(this.#git).catch(async (error: unknown) => {
      if (!mayBeDamage(error)) throw error;
      // Another process may have mended it before this one has the lock.
      await withMirrorLock(this.#places.mirror, () => this.#mend());
      return work(this.#git);
    });
  }

  /** Takes a killed process's locks away, and fetches a mirror again whose objects are lost. To be called with the lock. */
  async #mend(): Promise<void> {
    const { mirror } = this.#places;
    await removeStaleLocks(mirror);
    if (!(await isDamaged(mirror, this.#limits.fetchSeconds))) return;
    const kept = await refsBelow(this.#git, KEEP).catch(() => []);
    const heads = await this.heads();
    const [any] = Object.values(heads.refs);
    if (any === undefined) return;
    await emptyMirror(mirror);
    await makeMirror(mirror, any);
    await fetchObjects(this.#fetching, Object.keys(heads.refs));
    await noteSeen(this.#git, Object.values(heads.refs));
    await this.#fetchCommits(kept.map(({ sha }) => sha));
    for (const { name, sha } of kept)
      if ((await presentCommits(this.#git, [sha])).has(sha)) await this.#git(["update-ref", name, sha]);
  }
}

/** A sha that may be an argument. */
function checked(sha: Sha): Sha {
  if (!isSha(sha)) throw new GitError("unknown", `'${sha}' is no full sha of a commit.`);
  return sha;
}

const mayBeDamage = (error: unknown): boolean =>
  error instanceof GitError && (error.fault === "failed" || error.fault === "damaged");
