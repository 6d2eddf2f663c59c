import type { RunAt } from "../../schemas/gitops-work.ts";
import { newestClaim } from "../state/runs-by-content.ts";
import { readFacts, readStanding } from "../state/commits.ts";
import { followedAs, type Around } from "./followed.ts";

/** Lets go of the checkout that a run which is over worked in, unless another run of that commit is still to come. */
export async function letGo(around: Around, { repository, sha, key }: RunAt): Promise<void> {
  const { places } = followedAs(around, repository);
  const facts = await readFacts(places, sha, key);
  const claimed = facts === undefined ? null : await newestClaim(around.store, facts.plan.content);
  const owner = claimed === null ? undefined : around.followed.get(claimed.repository);
  if (claimed === null || owner === undefined) return;
  const items = (await readStanding(owner.places, claimed.sha))?.items ?? [];
  const isNeeded = items.some(
    (item) => ["queued", "running"].includes(item.state) && (claimed.sha !== sha || item.key !== key),
  );
  if (!isNeeded) await owner.mirror.release(claimed.sha);
}
