import type { PullRequest, Sha } from "../../schemas/gitops.ts";
import type { CommitStanding } from "../../schemas/gitops-work.ts";
import type { Followed } from "../activities/followed.ts";
import { ForgeError } from "../forge/forge.ts";
import { statusRef } from "../forge/none.ts";
import { aggregate, isWatched } from "../state/aggregate.ts";
import { factsOf, isSent, listCommits, readSent, readStanding } from "../state/commits.ts";
import { readSeen } from "../state/seen.ts";
import { statusesOf } from "../words/statuses.ts";
import { readComments } from "./read-comments.ts";

// Heads of long ago decide nothing, and each one is a request.
const MOST_COMMITS = 50;

/** Heads of branches and pull requests that do not show what was put there: somebody wrote over it, or removed it. */
export async function overwritten(followed: Followed): Promise<Sha[]> {
  const { places, mirror, forge } = followed;
  const { refs = {}, pulls = [] } = (await readSeen(places))?.heads ?? {};
  const heads = new Set([...Object.values(refs), ...pulls.map(({ head }) => head)]);
  const known = (await listCommits(places)).filter((sha) => heads.has(sha)).slice(0, MOST_COMMITS);
  const remote = forge === null && known.length > 0 ? (await mirror.heads()).notes : {};
  const own = forge === null ? await mirror.notes("refs/reprise/status") : {};
  const found: Sha[] = [];
  for (const sha of known) {
    const standing = await readStanding(places, sha);
    if (standing === undefined || !isWatched(standing)) continue;
    const shows =
      forge === null
        ? own[statusRef(sha)] === remote[statusRef(sha)] || (await isRefused(followed, sha))
        : await showsAll(
            forge,
            followed,
            standing,
            pulls.filter(({ head }) => head === sha),
          );
    if (!shows) found.push(sha);
  }
  return found;
}

const isRefused = async ({ places }: Followed, sha: Sha): Promise<boolean> =>
  (await readSent(places, sha)).refused["ref"] !== undefined;

async function showsAll(
  forge: NonNullable<Followed["forge"]>,
  followed: Followed,
  standing: CommitStanding,
  pulls: readonly PullRequest[],
): Promise<boolean> {
  const { places } = followed;
  const { sha, items } = standing;
  const sent = await readSent(places, sha);
  const statuses = statusesOf(standing, await factsOf(places, sha, items), aggregate(standing));
  // What was never sent is just being sent.
  const expected = statuses.filter(({ context }) => isSent(sent, context));
  try {
    if (expected.length > 0 && !(await forge.shows(sha, expected))) return false;
    for (const pull of pulls) if ((await readComments(forge, followed, pull)).isAltered) return false;
    return true;
  } catch (error) {
    if (error instanceof ForgeError && error.fault === "gone") return true;
    throw error;
  }
}
