import type { PullRequest } from "../../schemas/gitops.ts";
import type { CommitStanding, Showing } from "../../schemas/gitops-work.ts";
import { digestOf } from "../../core/digest.ts";
import { digestOfComment, ownOf } from "../forge/comments.ts";
import { ForgeError, type Forge } from "../forge/forge.ts";
import { documentOf, writeVerdict } from "../forge/none.ts";
import { aggregate, isWatched } from "../state/aggregate.ts";
import {
  commentedBy,
  commentOn,
  factsOf,
  readSent,
  writeSent,
  writeStanding,
  type Sent,
} from "../state/commits.ts";
import { readNewest } from "../state/seen.ts";
import { clearTrouble, noteTrouble } from "../state/trouble.ts";
import { POLICY_FILE } from "../config/read-repository.ts";
import { commentOf, markerOf, speaksOf } from "../words/comment.ts";
import { statusesOf, type Facts } from "../words/statuses.ts";
import { followedAs, type Around, type Followed } from "./followed.ts";

/** Writes the standing to the store, and shows it: what is shown already is not sent again. */
export async function report(
  around: Around,
  { anew = false, ...standing }: Showing,
): Promise<"shown" | "gone"> {
  const followed = followedAs(around, standing.repository);
  const { places, mirror, forge } = followed;
  await writeStanding(places, standing);
  if (!isWatched(standing)) return "shown";
  const facts = await factsOf(places, standing.sha, standing.items);
  const statuses = statusesOf(standing, facts, aggregate(standing));
  const known: Sent = anew ? { sent: {}, refused: {} } : await readSent(places, standing.sha);
  if (forge !== null) return showAt(forge, followed, { standing, facts, statuses, known });
  const document = documentOf(standing, facts, statuses);
  if (known.sent["ref"] === digestOf(document)) return "shown";
  const where = await writeVerdict(mirror, standing.sha, document);
  await writeSent(places, standing.sha, {
    sent: { ref: digestOf(document) },
    refused: where === "remote" ? {} : { ref: "The remote takes no refs of ours." },
  });
  return "shown";
}

interface Shown {
  standing: CommitStanding;
  facts: Facts;
  statuses: ReturnType<typeof statusesOf>;
  known: Sent;
}

async function showAt(forge: Forge, followed: Followed, { standing, facts, statuses, known }: Shown) {
  const { places } = followed;
  const { sha } = standing;
  const { sent, refused } = known;
  const commented = commentedBy(await readSent(places, sha));
  const send = async (what: string, digest: string, work: () => Promise<unknown>): Promise<boolean> => {
    if (sent[what] === digest) return true;
    delete refused[what];
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ForgeError)) throw error;
      if (error.fault === "gone") return false;
      if (error.fault !== "full" && error.fault !== "refused") throw error;
      // A repetition does not help, and the others are still to be shown.
      refused[what] = error.message;
    }
    sent[what] = digest;
    await writeSent(places, sha, known);
    return true;
  };
  for (const status of statuses)
    if (!(await send(status.context, digestOf(status), () => forge.status(status)))) return "gone" as const;
  const marker = markerOf(standing.repository);
  const open = await openPulls(followed);
  const here = open.filter(({ head }) => head === sha).map(({ number }) => number);
  const closed = commented.filter((number) => !open.some((pull) => pull.number === number));
  for (const number of [...here, ...closed]) {
    const policyChanged = await changesPolicy(followed, standing, number);
    const { approvers } = followed.served.trust;
    const body = commentOf(standing, facts, { all: aggregate(standing), policyChanged, approvers });
    await send(commentOn(number), digestOfComment(body), async () => {
      if (here.includes(number) || (await speaks(forge, { number, marker, sha })))
        await forge.comment(number, marker, body);
    });
  }
  const [first] = Object.entries(refused);
  if (first === undefined) await clearTrouble(places, "forge");
  else await noteTrouble(places, "forge", `${sha.slice(0, 10)}, ${first[0]}: ${first[1]}`);
  return "shown" as const;
}

async function openPulls({ places }: Followed): Promise<readonly PullRequest[]> {
  return (await readNewest(places))?.heads.pulls ?? [];
}

/** Whether the comment of a closed pull request is there, and still about this commit: then it is the last word, and has to be true. */
async function speaks(
  forge: Forge,
  { number, marker, sha }: { number: number; marker: string; sha: string },
): Promise<boolean> {
  const ours = ownOf(marker, await forge.comments(number));
  return ours !== undefined && speaksOf(sha, ours.body);
}

async function changesPolicy(
  { mirror }: Followed,
  { triggers, sha }: CommitStanding,
  number: number,
): Promise<boolean> {
  const base = triggers.find(({ pull }) => pull?.number === number)?.base ?? null;
  return base !== null && (await mirror.changed(base, sha)).includes(POLICY_FILE);
}
