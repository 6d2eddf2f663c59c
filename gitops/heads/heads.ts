import type { Heads, PullRequest, Sha } from "../../schemas/gitops.ts";
import type { Followed } from "../activities/followed.ts";
import { ForgeError } from "../forge/forge.ts";

/** What a repository's branches and tags stand at now. */
export const readRefs = async (mirror: Followed["mirror"]): Promise<Omit<Heads, "pulls">> => {
  const { defaultBranch, refs } = await mirror.heads();
  return { defaultBranch: defaultBranch ?? "", refs };
};

/** `away`: why the forge did not say which pull requests are open. */
interface ReadHeads {
  heads: Heads;
  away: ForgeError | null;
}

/**
 * What a repository's refs stand at now, with its open pull requests as the forge tells them. While that is away, or where there is
 * none to ask, those of `former` count as open: branches are followed all the same.
 */
export async function readHeads(
  { mirror, forge }: Pick<Followed, "mirror" | "forge">,
  former: readonly PullRequest[],
): Promise<ReadHeads> {
  const [{ defaultBranch, refs, pulls: shown }, { pulls, away }] = await Promise.all([
    mirror.heads(),
    askForPulls(forge, former),
  ]);
  // What can be fetched counts: the forge's list may be a moment ahead of its refs, or behind them.
  const fetchable = pulls.flatMap((pull): PullRequest[] => {
    const head = shown[pull.number]?.sha ?? (pull.fork ? undefined : pull.head);
    return head === undefined ? [] : [{ ...pull, head }];
  });
  return {
    heads: {
      defaultBranch: defaultBranch ?? "",
      refs,
      pulls: fetchable.sort((a, b) => a.number - b.number),
    },
    away,
  };
}

async function askForPulls(
  forge: Followed["forge"],
  former: readonly PullRequest[],
): Promise<{ pulls: readonly PullRequest[]; away: ForgeError | null }> {
  try {
    return { pulls: forge === null ? former : await forge.pullRequests(), away: null };
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    return { pulls: former, away: error };
  }
}

/** Full name of the ref that holds a pull request's head. */
export const pullRefOf = ({ forge }: Pick<Followed, "forge">, number: number): string =>
  forge === null ? `refs/pull/${number}/head` : forge.pullRef(number);

/** What differs between two looks at a repository's heads. */
export interface Changes {
  /** Refs that are new, or at another commit. */
  refs: Record<string, Sha>;
  /** Pull requests that are new, at another commit, or go into another branch. */
  pulls: PullRequest[];
  gone: string[];
  closed: number[];
}

/** Of a repository that is seen for the first time tags are not new. Pure. */
export function changesOf(before: Heads | null, now: Heads): Changes {
  const isNew = ([ref, sha]: [string, Sha]): boolean =>
    before === null ? ref.startsWith("refs/heads/") : before.refs[ref] !== sha;
  const isSame = (pull: PullRequest): boolean =>
    (before?.pulls ?? []).some(
      ({ number, head, base }) => number === pull.number && head === pull.head && base === pull.base,
    );
  const open = new Set(now.pulls.map(({ number }) => number));
  return {
    refs: Object.fromEntries(Object.entries(now.refs).filter(isNew)),
    pulls: now.pulls.filter((pull) => !isSame(pull)),
    gone: Object.keys(before?.refs ?? {}).filter((ref) => now.refs[ref] === undefined),
    closed: (before?.pulls ?? []).flatMap(({ number }) => (open.has(number) ? [] : [number])),
  };
}
