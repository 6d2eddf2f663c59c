import type { Sha, Trigger } from "../../schemas/gitops.ts";
import type { Demand } from "../../schemas/gitops-work.ts";
import { readRefs } from "../heads/heads.ts";
import { noteTrouble } from "../state/trouble.ts";
import { followedAs, type Around, type Followed } from "./followed.ts";

/** What is asked for by hand or by a schedule, as a trigger; a sentence where there is no such branch, tag or commit. */
export async function resolve(
  around: Around,
  asked: { repository: string; demand: Demand },
): Promise<Trigger | string> {
  const followed = followedAs(around, asked.repository);
  const found = await find(followed, asked);
  // Nobody waits for the answer of a schedule.
  if (typeof found === "string" && asked.demand.kind === "schedule")
    await noteTrouble(followed.places, "schedules", `${asked.demand.pipeline}: ${found}`);
  return found;
}

async function find(
  followed: Followed,
  { repository, demand }: { repository: string; demand: Demand },
): Promise<Trigger | string> {
  const { mirror } = followed;
  const { refs, defaultBranch } = await readRefs(mirror);
  const named = demand.kind === "manual" ? demand.ref : demand.branch || defaultBranch;
  const found = refNamed(refs, named);
  if (found !== null) {
    const [ref, sha] = found;
    if ((await mirror.fetch({ [ref]: sha })).length > 0) return `'${named}' has just moved. Ask again.`;
    return triggerOf(demand, ref, sha);
  }
  const sha = demand.kind === "manual" ? await mirror.expand(named) : null;
  if (sha === null) return `'${repository}' has no branch, tag or commit '${named}'.`;
  return triggerOf(demand, `commit ${sha}`, sha);
}

/** A ref by its full name, or that of its branch or tag. */
function refNamed(refs: Readonly<Record<string, Sha>>, named: string): [string, Sha] | null {
  for (const ref of [named, `refs/heads/${named}`, `refs/tags/${named}`]) {
    const sha = Object.hasOwn(refs, ref) ? refs[ref] : undefined;
    if (sha !== undefined) return [ref, sha];
  }
  return null;
}

const triggerOf = (demand: Demand, ref: string, sha: Sha): Trigger => ({
  ...{ kind: demand.kind, ref, sha, base: null, pull: null },
  by: demand.kind === "manual" ? demand.by : demand.pipeline,
});
