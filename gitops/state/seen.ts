import { rename } from "node:fs/promises";
import { digestOf } from "../../core/digest.ts";
import type { Heads, Sha } from "../../schemas/gitops.ts";
import { readJsonIfWhole, writeJson } from "../../store/files.ts";
import type { Places } from "../../store/gitops-files.ts";

/** The heads of a repository that commits were told of. */
export interface SeenHeads {
  /** The repository workflow that told them. Another one, of a server that lost its own, looks at everything anew. */
  generation: string;
  heads: Heads;
  /** By branch, the last head that passed before the present one: what the present one is compared with. */
  bases: Record<string, Sha | null>;
}

const asideOf = ({ seen }: Places): string => `${seen}.next`;

export const readSeen = (places: Places): Promise<SeenHeads | undefined> =>
  readJsonIfWhole<SeenHeads>(places.seen, "heads");

/** The newest look, also one whose commits are just being told. */
export const readNewest = async (places: Places): Promise<SeenHeads | undefined> =>
  (await readJsonIfWhole<SeenHeads>(asideOf(places), "heads")) ?? readSeen(places);

/** Keeps what a look found, until what follows from it is begun; gives its digest. */
export async function keepLook(places: Places, seen: SeenHeads): Promise<string> {
  await writeJson(asideOf(places), seen);
  return digestOf(seen);
}

/** Notes a look as done. One that was made again meanwhile is left: it is noted by who made it. */
export async function noteLook(places: Places, digest: string): Promise<void> {
  const aside = await readJsonIfWhole<SeenHeads>(asideOf(places), "heads");
  if (aside !== undefined && digestOf(aside) === digest) await rename(asideOf(places), places.seen);
}
