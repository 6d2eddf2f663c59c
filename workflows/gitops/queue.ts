import type { PlannedCommit, Queued, QueueLimits, Stop, Superseded } from "../../schemas/gitops-work.ts";

/** What a repository takes along of its runs when its history has become long. */
export interface QueueState {
  waiting: Queued[];
  running: Running[];
  /** The newest commit of each ref, by the order in which they were seen. */
  heads: Record<string, { sha: string; order: number }>;
}

interface Running extends Queued {
  /** It was told to stop, and has not yet. */
  stopping: boolean;
}

/** What follows from a change, in this order. */
export interface Effects {
  /** Commits that are no more the head of a ref. */
  superseded: { sha: string; told: Superseded }[];
  /** Waited, and will not run. */
  dropped: { entry: Queued; told: Superseded }[];
  stopped: { entry: Queued; told: Stop }[];
  /** More than may wait. */
  refused: Queued[];
}

export const emptyQueue = (): QueueState => ({ waiting: [], running: [], heads: {} });

/** Which runs of a repository are at work, which wait, and which are no longer wanted. Pure: it is told what happens. */
export class Queue {
  readonly #state: QueueState;

  constructor(state: QueueState) {
    this.#state = state;
  }

  get state(): QueueState {
    return this.#state;
  }

  /** A commit is planned: it may be the new head of refs, and has runs that can begin. */
  planned({ sha, lines, ready, contents }: PlannedCommit, { queued }: QueueLimits): Effects {
    const effects: Effects = { superseded: [], dropped: [], stopped: [], refused: [] };
    const { heads, waiting } = this.#state;
    for (const { line, order } of lines) {
      const head = heads[line];
      if (head !== undefined && head.order > order) {
        effects.superseded.push({ sha, told: { line, by: head.sha } });
        continue;
      }
      heads[line] = { sha, order };
      if (head !== undefined && head.sha !== sha) {
        effects.superseded.push({ sha: head.sha, told: { line, by: sha } });
        this.#leave({ line, by: sha }, contents, effects);
      }
    }
    for (const entry of ready) {
      const known = [...waiting, ...this.#state.running].find((other) => isSame(other, entry));
      if (known !== undefined) known.lines = [...new Set([...known.lines, ...entry.lines])];
      else this.#take(entry, queued, effects);
    }
    return effects;
  }

  /** A ref is gone, or its pull request closed. */
  gone(line: string): Effects {
    const effects: Effects = { superseded: [], dropped: [], stopped: [], refused: [] };
    const head = this.#state.heads[line];
    if (head === undefined) return effects;
    delete this.#state.heads[line];
    effects.superseded.push({ sha: head.sha, told: { line, by: null } });
    this.#leave({ line, by: null }, [], effects);
    return effects;
  }

  ended(sha: string, key: string): void {
    this.#state.running = this.#state.running.filter((entry) => entry.sha !== sha || entry.key !== key);
  }

  /** Takes what can begin now: there is a place, and no older run of the same recipe is still about to stop. */
  begin({ running: most }: QueueLimits): Queued[] {
    const begun: Queued[] = [];
    for (const entry of [...this.#state.waiting]) {
      if (this.#state.running.length >= most) break;
      const waits = this.#state.running.some(
        ({ stopping, recipe, profile }) => stopping && recipe === entry.recipe && profile === entry.profile,
      );
      if (waits) continue;
      this.#state.waiting.splice(this.#state.waiting.indexOf(entry), 1);
      this.#state.running.push({ ...entry, stopping: false });
      begun.push(entry);
    }
    return begun;
  }

  /** A run that waits is superseded at once where a newer head of each of its refs is known. */
  #take(entry: Queued, most: number, { dropped, refused }: Effects): void {
    const { heads, waiting } = this.#state;
    const newer = entry.lines.map((line) => [line, heads[line]] as const);
    const stale = newer.filter(
      ([, head]) => head !== undefined && head.order > entry.order && head.sha !== entry.sha,
    );
    const [first] = stale;
    if (first !== undefined && stale.length === entry.lines.length && entry.supersede !== "queue")
      dropped.push({ entry, told: { line: first[0], by: first[1]!.sha } });
    else if (waiting.length >= most) refused.push(entry);
    else waiting.push(entry);
  }

  /** What older commits of a ref still have is left, as its policy says. A run of the same content goes on. */
  #leave(told: Superseded, contents: readonly string[], { dropped, stopped }: Effects): void {
    const { line, by } = told;
    const isLeft = (entry: Queued): boolean => {
      if (entry.sha === by || entry.supersede === "queue" || !entry.lines.includes(line)) return false;
      const others = entry.lines.filter((other) => other !== line);
      if (others.length > 0) entry.lines = others;
      return others.length === 0;
    };
    const left = this.#state.waiting.filter(isLeft);
    this.#state.waiting = this.#state.waiting.filter((entry) => !left.includes(entry));
    dropped.push(...left.map((entry) => ({ entry, told })));
    for (const entry of this.#state.running) {
      if (entry.stopping || entry.supersede !== "cancel-running" || contents.includes(entry.content))
        continue;
      if (!isLeft(entry)) continue;
      const shared = this.#state.running.some(
        (other) => other !== entry && !other.stopping && other.content === entry.content,
      );
      entry.stopping = true;
      stopped.push({ entry, told: { ...told, shared } });
    }
  }
}

const isSame = (one: Queued, other: Queued): boolean =>
  one.sha === other.sha && one.key === other.key && one.attempt === other.attempt;
