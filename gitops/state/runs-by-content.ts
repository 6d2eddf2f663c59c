import { mkdir, readdir, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Sha } from "../../schemas/gitops.ts";
import { readJsonIfWhole } from "../../store/files.ts";
import { home } from "../../store/home.ts";
import { newRunId } from "../../store/runs.ts";
import { runsByContent } from "../places.ts";

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
  root: string,
  content: string,
  token: string | null,
): Promise<Claim | null> =>
  token === null
    ? newestClaim(root, content)
    : ((await readJsonIfWhole<Claim>(fileOf(root, content, token), "run")) ?? null);

const fileOf = (root: string, content: string, token: string | null): string =>
  path.join(runsByContent(root, content), `${token ?? "first"}.json`);

/** The same, or a new claim. Two that claim at once get the same. */
export async function claim(root: string, wanted: Wanted): Promise<Claim> {
  const { content, token, repository, sha } = wanted;
  await mkdir(runsByContent(root, content), { recursive: true });
  for (let time = Date.now(); ; time += 1_000) {
    const known = await findClaim(root, content, token);
    if (known !== null) return known;
    const now = new Date(time);
    const run = newRunId(wanted.recipe, wanted.plan, now);
    if (!(await reserve(root, run))) continue;
    const made: Claim = { run, repository, sha, time: now.toISOString() };
    try {
      // Whoever is first decides; the other's folder stays empty, and is gone.
      await writeFile(fileOf(root, content, token), JSON.stringify(made), { flag: "wx", flush: true });
      return made;
    } catch (error) {
      await rmdir(home.run(root, run));
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Takes an id by making the run's folder: two contents of one plan may be asked for within one second. */
async function reserve(root: string, run: string): Promise<boolean> {
  await mkdir(home.runs(root), { recursive: true });
  return mkdir(home.run(root, run)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );
}

export async function newestClaim(root: string, content: string): Promise<Claim | null> {
  const folder = runsByContent(root, content);
  const names = await readdir(folder).catch(() => []);
  const claims = await Promise.all(
    names.map((name) => readJsonIfWhole<Claim>(path.join(folder, name), "run")),
  );
  const known = claims.flatMap((one) => one ?? []).sort((a, b) => (a.time < b.time ? 1 : -1));
  return known[0] ?? null;
}
