import type { CommitPlan, RunVerdict, Sha } from "../../schemas/gitops.ts";

/** Neighbouring commits whose runs of a recipe give the same verdict: only one of them is ever run. */
export interface Stretch {
  content: string;
  /** The oldest first. */
  commits: Sha[];
  plan: CommitPlan;
}

/** `unclear`: it cannot be said, such as for a recipe that is invalid. */
export type Judged = "good" | "bad" | "unclear";

/** Where a verdict turned. */
export interface Turn {
  /** The last that is known to be good, and the first that is known to be bad. */
  good: Stretch;
  bad: Stretch;
  /** What stands between them and could not be judged. */
  unclear: Stretch[];
}

/** Puts commits together, as far as neighbours have one content. */
export function stretchesOf(commits: readonly { sha: Sha; plan: CommitPlan }[]): Stretch[] {
  const found: Stretch[] = [];
  for (const { sha, plan } of commits) {
    const last = found.at(-1);
    if (last?.content === plan.content) last.commits.push(sha);
    else found.push({ content: plan.content, commits: [sha], plan });
  }
  return found;
}

/** Finds where the verdict turned between the first stretch, which is good, and the last one, which is bad. */
export async function findTurn(
  stretches: readonly Stretch[],
  judge: (stretch: Stretch) => Promise<Judged>,
): Promise<Turn> {
  let [low, high] = [0, stretches.length - 1];
  const unclear = new Set<number>();
  for (;;) {
    const open = [...stretches.keys()].filter((index) => index > low && index < high && !unclear.has(index));
    const middle = open[Math.floor(open.length / 2)];
    if (middle === undefined) break;
    const judged = await judge(stretches[middle]!);
    if (judged === "good") low = middle;
    else if (judged === "bad") high = middle;
    else unclear.add(middle);
  }
  return { good: stretches[low]!, bad: stretches[high]!, unclear: stretches.slice(low + 1, high) };
}

/** A run's verdict, or that of one claim, as what is searched for. A run that failed says nothing of its claims. */
export function judgedBy({ status, claims }: RunVerdict, claim: string | null): Judged {
  if (status !== "done") return "unclear";
  const outcomes = claims.flatMap(({ id, counts, outcome }) =>
    (claim === null ? counts : id === claim) ? [outcome] : [],
  );
  if (outcomes.some((outcome) => outcome === "NOT REPRODUCED" || outcome === "WITHIN NOISE")) return "bad";
  return outcomes.length > 0 && outcomes.every((outcome) => outcome === "REPRODUCED") ? "good" : "unclear";
}
