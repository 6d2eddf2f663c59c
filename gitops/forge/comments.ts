import { digestOf } from "../../core/digest.ts";
import { ForgeError, type ForgeComment } from "./forge.ts";

/** Our oldest comment with this marker. */
export const ownOf = (marker: string, comments: readonly ForgeComment[]): ForgeComment | undefined =>
  comments.find((comment) => comment.ours && comment.body.startsWith(marker));

interface Thread {
  comments: () => Promise<ForgeComment[]>;
  write: (body: string) => Promise<unknown>;
  edit: (id: number, body: string) => Promise<unknown>;
}

/** Keeps one comment of ours with this marker. The oldest is taken; one that was deleted meanwhile is written anew. */
export async function upsertComment(
  marker: string,
  body: string,
  { comments, write, edit }: Thread,
): Promise<"written" | "edited" | "unchanged"> {
  const ours = ownOf(marker, await comments());
  if (ours === undefined) {
    await write(body);
    return "written";
  }
  if (sameEnds(ours.body) === sameEnds(body)) return "unchanged";
  try {
    await edit(ours.id, body);
    return "edited";
  } catch (error) {
    if (!(error instanceof ForgeError) || error.fault !== "gone") throw error;
    await write(body);
    return "written";
  }
}

/** What a comment says, by a digest: forges keep what ends a line in ways of their own. */
export const digestOfComment = (body: string): string => digestOf(sameEnds(body));

const sameEnds = (text: string): string => text.replaceAll("\r\n", "\n").trimEnd();
