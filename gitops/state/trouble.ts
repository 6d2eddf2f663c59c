import { rm } from "node:fs/promises";
import { readJsonIfWhole, writeSoon } from "../../store/files.ts";
import type { Places } from "../../store/gitops-files.ts";

/** What keeps a repository from being followed, or its verdicts from being shown. */
export interface Trouble {
  /** In a sentence. */
  says: string;
  /** ISO time of when it was met last. */
  time: string;
}

/** Of what: each has its own trouble, and loses it alone. */
export type Part = "fetch" | "forge" | "schedules";

const fileOf = ({ trouble }: Places, part: Part): string => trouble.replace(/json$/, `${part}.json`);

export const noteTrouble = (places: Places, part: Part, says: string): Promise<void> =>
  writeSoon(fileOf(places, part), { says, time: new Date().toISOString() } satisfies Trouble);

export const clearTrouble = (places: Places, part: Part): Promise<void> =>
  rm(fileOf(places, part), { force: true });

export async function readTroubles(places: Places): Promise<Partial<Record<Part, Trouble>>> {
  const parts = ["fetch", "forge", "schedules"] as const;
  const found = await Promise.all(
    parts.map(async (part) => [part, await readJsonIfWhole<Trouble>(fileOf(places, part), "says")] as const),
  );
  return Object.fromEntries(found.filter(([, trouble]) => trouble !== undefined));
}
