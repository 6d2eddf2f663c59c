import type { Heads, Sha, Trigger } from "../../schemas/gitops.ts";
import type { Looked } from "../../schemas/gitops-work.ts";
import { changesOf, pullRefOf, readHeads, type Changes } from "../heads/heads.ts";
import { aggregate, passes } from "../state/aggregate.ts";
import { readStanding } from "../state/commits.ts";
import { keepLook, noteLook, readSeen, type SeenHeads } from "../state/seen.ts";
import { clearTrouble, noteTrouble } from "../state/trouble.ts";
import { followedAs, type Around, type Followed } from "./followed.ts";

/** Reads heads and pull requests, fetches, and says what is new since the last look that was noted. */
export async function look(
  around: Around,
  { repository, generation }: { repository: string; generation: string },
): Promise<Looked> {
  const followed = followedAs(around, repository);
  const noted = await readSeen(followed.places);
  const before = noted?.generation === generation ? noted : null;
  const { heads: now, away } = await readHeads(followed, before?.heads.pulls ?? []);
  const changes = changesOf(before?.heads ?? null, now);
  const missing = new Set(await fetch(followed, changes));
  // A branch that was forced on between the reading and the fetching is seen by the next look.
  const heads = without(now, before?.heads ?? null, missing);
  const bases = await basesOf(followed, before, changes);
  const triggers = [
    ...pushes(changes, bases),
    ...(await Promise.all(changes.pulls.map((pull) => pulled(followed, now, pull)))),
  ].filter(({ sha }) => !missing.has(sha));
  if (away === null) await clearTrouble(followed.places, "fetch");
  else await noteTrouble(followed.places, "fetch", away.message);
  const { running, queued } = followed.served.limits;
  return {
    triggers,
    gone: [...changes.gone, ...changes.closed.map((number) => pullRefOf(followed, number))],
    seen: await keepLook(followed.places, { generation, heads, bases }),
    limits: { running, queued },
  };
}

export async function noteSeen(
  around: Around,
  { repository, seen }: { repository: string; seen: string },
): Promise<void> {
  await noteLook(followedAs(around, repository).places, seen);
}

/** Fetches what changed; gives commits that could not be had. */
async function fetch(followed: Followed, { refs, pulls }: Changes): Promise<Sha[]> {
  return followed.mirror.fetch({
    ...refs,
    ...Object.fromEntries(pulls.map(({ number, head }) => [pullRefOf(followed, number), head])),
  });
}

function without(now: Heads, before: Heads | null, missing: ReadonlySet<Sha>): Heads {
  if (missing.size === 0) return now;
  const refs = Object.entries(now.refs).flatMap(([ref, sha]) => {
    const kept = missing.has(sha) ? before?.refs[ref] : sha;
    return kept === undefined ? [] : [[ref, kept] as const];
  });
  return {
    ...now,
    refs: Object.fromEntries(refs),
    pulls: now.pulls.filter(({ head }) => !missing.has(head)),
  };
}

/**
 * What each branch's head is compared with. A former head that did not pass is not counted on: what it broke would be hidden by the
 * next push that does not touch it.
 */
async function basesOf(
  { places }: Followed,
  before: SeenHeads | null,
  { refs, gone }: Changes,
): Promise<SeenHeads["bases"]> {
  const bases = { ...before?.bases };
  for (const ref of gone) delete bases[ref];
  for (const ref of Object.keys(refs)) {
    if (!ref.startsWith("refs/heads/")) continue;
    const former = before?.heads.refs[ref];
    const standing = former === undefined ? undefined : await readStanding(places, former);
    if (former === undefined) bases[ref] = null;
    else if (standing !== undefined && passes(aggregate(standing))) bases[ref] = former;
    else bases[ref] ??= null;
  }
  return bases;
}

const pushes = ({ refs }: Changes, bases: SeenHeads["bases"]): Trigger[] =>
  Object.entries(refs).map(([ref, sha]) => ({
    kind: ref.startsWith("refs/tags/") ? "tag" : "push",
    ...{ ref, sha, base: bases[ref] ?? null, pull: null, by: null },
  }));

async function pulled(followed: Followed, { refs }: Heads, pull: Heads["pulls"][number]): Promise<Trigger> {
  const target = refs[`refs/heads/${pull.base}`];
  const base = target === undefined ? null : await followed.mirror.mergeBase(target, pull.head);
  const ref = pullRefOf(followed, pull.number);
  return { kind: "pull_request", ref, sha: pull.head, base, pull, by: pull.author };
}
