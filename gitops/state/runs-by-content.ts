import type { Store } from "../../store/store.ts";
import { mkdir, readdir, rmdir } from "node:fs/promises";
import path from "node:path";
import type { Sha } from "../../schemas/gitops.ts";
import { readJsonIfWhole, writeFirst } from "../../store/files.ts";
import { newRunId } from "../../store/runs.ts";

/** The run of a content: decided once, so that whoever comes again, or with the same content from another commit, finds it. */
export interface Claim {
  run: string;
  repository: string;
  /** The commit in whose checkout it runs. */
  sha: Sha;
  time: string;
}

interface Wanted {
  content: string;
  /** Null: the newest run of the content counts, if there is one. Otherwise the name of what asks for a run of its own. */
  token: string | null;
  recipe: string;
  plan: string;
  repository: string;
  sha: Sha;
}

/** The claim of a content, or null: that of a token, or without one the newest. */
export const findClaim = async (
  store: Store,
  content: string,
  token: string | null,
): Promise<Claim | null> =>
  token === null
    ? newestClaim(store, content)
    : ((await readJsonIfWhole<Claim>(fileOf(store, content, token), "run")) ?? null);

const fileOf = (store: Store, content: string, token: string | null): string => {
  const folder = store.gitops.content(content);
  return path.join(folder, `${token ?? "first"}.json`);
};

/** The same, or a new claim. Two that claim at once get the same. */
export async function claim(store: Store, wanted: Wanted): Promise<Claim> {
  const { content, token, repository, sha } = wanted;
  await mkdir(store.gitops.content(content), { recursive: true });
  for (let time = Date.now(); ; time += 1_000) {
    const known = await findClaim(store, content, token);
    if (known !== null) return known;
    const now = new Date(time);
    const run = newRunId(wanted.recipe, wanted.plan, now);
    if (!(await reserve(store, run))) continue;
    const made: Claim = { run, repository, sha, time: now.toISOString() };
    if (await writeFirst(fileOf(store, content, token), JSON.stringify(made))) return made;
    // Whoever is first decides; the other's folder stays empty, and is gone.
    await rmdir(store.runs.files(run).folder);
  }
}

/** Takes an id by making the run's folder: two contents of one plan may be asked for within one second. */
async function reserve(store: Store, run: string): Promise<boolean> {
  await mkdir(store.local.runs, { recursive: true });
  return mkdir(store.runs.files(run).folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );
}

export async function newestClaim(store: Store, content: string): Promise<Claim | null> {
  const folder = store.gitops.content(content);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
  const claims = await Promise.all(
    names.map((name) => readJsonIfWhole<Claim>(path.join(folder, name), "run")),
  );
  const known = claims.flatMap((one) => one ?? []).sort((a, b) => (a.time < b.time ? 1 : -1));
  return known[0] ?? null;
}
