import type { Followed } from "../activities/followed.ts";
import { digestOfComment, ownOf } from "../forge/comments.ts";
import type { Forge, ForgeComment } from "../forge/forge.ts";
import { commentOn, isSent, readSent } from "../state/commits.ts";
import { markerOf } from "../words/comment.ts";

/** The comments of a pull request, and whether ours does not stand there as it was sent: somebody removed it, or wrote over it. */
export async function readComments(
  forge: Pick<Forge, "comments">,
  { served, places }: Pick<Followed, "served" | "places">,
  { number, head }: { number: number; head: string },
): Promise<{ comments: ForgeComment[]; isAltered: boolean }> {
  const what = commentOn(number);
  const readDigest = async (): Promise<string | undefined> => {
    const sent = await readSent(places, head);
    return isSent(sent, what) ? sent.sent[what] : undefined;
  };
  const before = await readDigest();
  const comments = await forge.comments(number);
  const ours = ownOf(markerOf(served.name), comments);
  if (before === undefined || (ours !== undefined && digestOfComment(ours.body) === before))
    return { comments, isAltered: false };
  // What is sent meanwhile may not be among the comments yet, or already.
  return { comments, isAltered: before === (await readDigest()) };
}
