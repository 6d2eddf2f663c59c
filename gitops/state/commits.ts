import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Sha } from "../../schemas/gitops.ts";
import type { CommitStanding, Item, ItemFacts } from "../../schemas/gitops-work.ts";
import { readJsonIfWhole, writeSoon } from "../../store/files.ts";
import type { Places } from "../../store/gitops-files.ts";

/** What the store has of commits. Workflows decide; this is what they have said, for views, and for those that come after them. */

const folderOf = ({ commits }: Places, sha: Sha): string => path.join(commits, sha);
const standingFile = (places: Places, sha: Sha): string => path.join(folderOf(places, sha), "standing.json");
const factsFile = (places: Places, sha: Sha, key: string): string =>
  path.join(folderOf(places, sha), "items", `${key}.json`);

export const readStanding = (places: Places, sha: Sha): Promise<CommitStanding | undefined> =>
  readJsonIfWhole<CommitStanding>(standingFile(places, sha), "items");

export const writeStanding = (places: Places, standing: CommitStanding): Promise<void> =>
  writeSoon(standingFile(places, standing.sha), standing);

export const readFacts = (places: Places, sha: Sha, key: string): Promise<ItemFacts | undefined> =>
  readJsonIfWhole<ItemFacts>(factsFile(places, sha, key), "plan");

export const writeFacts = (places: Places, sha: Sha, key: string, facts: ItemFacts): Promise<void> =>
  writeSoon(factsFile(places, sha, key), facts);

/** What is known of each item, by its key. */
export async function factsOf(
  places: Places,
  sha: Sha,
  items: readonly Item[],
): Promise<Map<string, ItemFacts>> {
  const found = await Promise.all(
    items.map(async ({ key }) => [key, await readFacts(places, sha, key)] as const),
  );
  return new Map(found.flatMap(([key, facts]) => (facts === undefined ? [] : [[key, facts] as const])));
}

/** Commits that the store knows, the one that changed last first. */
export async function listCommits({ commits }: Places): Promise<Sha[]> {
  const names = await readdir(commits).catch(() => []);
  const times = await Promise.all(
    names.map(async (sha) => {
      const entry = await stat(path.join(commits, sha, "standing.json")).catch(() => null);
      return entry === null ? [] : [{ sha, time: entry.mtimeMs }];
    }),
  );
  return times
    .flat()
    .sort((a, b) => b.time - a.time)
    .map(({ sha }) => sha);
}

/** What was shown last of a commit: what is the same is not sent again. */
export interface Sent {
  /** Digests, by what was shown: a context, the comment of a pull request, or the ref. */
  sent: Record<string, string>;
  /** Why some of them are not shown, in a sentence: what refused them would refuse them again. */
  refused: Record<string, string>;
}

export const readSent = async (places: Places, sha: Sha): Promise<Sent> => {
  const found = await readJsonIfWhole<Partial<Sent>>(sentFile(places, sha), "sent");
  return { sent: {}, refused: {}, ...found };
};

export const writeSent = (places: Places, sha: Sha, sent: Sent): Promise<void> =>
  writeSoon(sentFile(places, sha), sent);

/** Of `sent`: the comment of a pull request. */
export const commentOn = (pull: number): string => `pull ${pull}`;

/** Pull requests that were given a comment on this commit. */
export const commentedBy = ({ sent }: Sent): number[] =>
  Object.keys(sent).flatMap((what) => {
    const number = /^pull (\d+)$/.exec(what)?.[1];
    return number === undefined ? [] : [Number(number)];
  });

/** Whether it was shown, and not refused. */
export const isSent = ({ sent, refused }: Sent, what: string): boolean =>
  sent[what] !== undefined && refused[what] === undefined;

const sentFile = (places: Places, sha: Sha): string => path.join(folderOf(places, sha), "sent.json");
