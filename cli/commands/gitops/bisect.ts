import { storeHere } from "../../store-here.ts";
import type { Store } from "../../../store/store.ts";
import { findTurn, judgedBy, stretchesOf, type Judged, type Stretch } from "../../../gitops/plan/bisect.ts";
import { planCommit } from "../../../gitops/plan/plan-commit.ts";
import { resolveCommit } from "../../../gitops/git/resolve.ts";
import { BY_ADDRESS } from "../../../gitops/git/by-address.ts";
import type { Mirror } from "../../../gitops/git/mirror.ts";
import { printable } from "../../../gitops/words/escape.ts";
import { verdictOf } from "../../../gitops/verdicts/verdict-of.ts";
import { dataFor } from "../../../gitops/trust/data.ts";
import type { Elsewhere } from "../../../runs/inputs.ts";
import { beginRun } from "../../../runs/begin.ts";
import { planOf } from "../../../runs/recipe/compile-recipe.ts";
import { counted } from "../../../schemas/counted.ts";
import type { CommitPlan, RunVerdict, Sha } from "../../../schemas/gitops.ts";
import type { ServedRepository } from "../../../schemas/gitops-policy.ts";
import { EXIT, UserError } from "../../errors.ts";
import { workToEnd } from "../../follow.ts";
import { openMirror } from "../../gitops/open-mirror.ts";
import type { ServerFileOption } from "../../gitops/server-file.ts";
import { say, sayJson } from "../../output.ts";
import { writable } from "../../writable.ts";

interface BisectOptions extends ServerFileOption {
  json?: boolean;
  repository?: string;
  profile?: string;
  claim?: string;
  dryRun?: boolean;
}

interface Bisected {
  store: Store;
  recipe: string;
  mirror: Mirror;
  /** Whether nobody else has working trees of the mirror, such as a server that follows it. */
  ownTrees: boolean;
  /** Data of the server that the recipe names. */
  elsewhere: Elsewhere;
  profile: string | null;
  claim: string | null;
  json: boolean;
}

/**
 * Finds the commit from which on a recipe's claims are not reproduced. Of commits with the same plan and contents only one is run,
 * and none whose verdict is in the store.
 */
export async function bisect(
  recipe: string,
  range: string,
  { json = false, repository = ".", profile, claim, dryRun = false, ...options }: BisectOptions,
): Promise<number> {
  const [good = "", bad = ""] = range.split("..");
  if (good === "" || bad === "")
    throw new UserError(EXIT.invalid, `'${range}' is no range. Write good..bad, as v1..main.`);
  const store = await writable(storeHere());
  const { served, mirror } = await openMirror(store, repository, options);
  const bisected = {
    ...{ store, recipe, mirror, profile: profile ?? null, claim: claim ?? null, json },
    ownTrees: served.name.startsWith(BY_ADDRESS),
    elsewhere: dataFor(served.trust, { recipe, trigger: "manual", decision: { stranger: false } }).given,
  };
  const stretches = stretchesOf(await planRange(bisected, served, [good, bad]));
  tellRange(stretches, bisected);
  if (dryRun || stretches.length === 1) {
    if (json) sayJson({ recipe, first: null, stretches: stretches.map(documentOf) });
    return EXIT.done;
  }
  const judged = new Map<Stretch, RunVerdict | null>();
  const judge = async (stretch: Stretch): Promise<Judged> => {
    const verdict = await verdictAt(stretch, bisected);
    judged.set(stretch, verdict);
    const found = verdict === null ? "unclear" : judgedBy(verdict, bisected.claim);
    say(
      `${stretch.commits[0]!.slice(0, 12)}: ${found}${verdict === null ? "" : ` (run ${verdict.run})`}`,
      json,
    );
    return found;
  };
  await refuseEnds(stretches, judge);
  const turn = await findTurn(stretches, judge);
  const document = {
    ...{ recipe, first: turn.bad.commits[0], good: turn.good.commits.at(-1) },
    unclear: turn.unclear.flatMap(({ commits }) => commits),
    stretches: stretches.map((stretch) => ({
      ...documentOf(stretch),
      run: judged.get(stretch)?.run ?? null,
    })),
  };
  if (json) sayJson(document);
  else if (turn.unclear.length > 0)
    say(
      `It turned after ${document.good}, at ${document.first} or at one of those between that could not be judged.`,
    );
  else say(`${document.first} is the first commit whose claims are not reproduced.`);
  return EXIT.done;
}

const documentOf = ({ content, commits, plan }: Stretch): object => ({
  content,
  commits,
  valid: plan.plan !== null,
});

/** The commits of a range with their plans, the good one first. */
async function planRange(
  { store, recipe, mirror, profile }: Bisected,
  { trust }: ServedRepository,
  [from, to]: readonly [string, string],
): Promise<{ sha: Sha; plan: CommitPlan }[]> {
  const good = await resolveCommit(mirror, from);
  const bad = await resolveCommit(mirror, to);
  const after = await mirror.between(good.sha, bad.sha);
  if (after.length === 0)
    throw new UserError(
      EXIT.invalid,
      `No commit comes after '${printable(from, 100)}' on the way to '${printable(to, 100)}'.`,
    );
  const plans = [];
  for (const sha of [good.sha, ...after]) {
    const decision = { run: "always", reason: "It is asked for.", secrets: [], stranger: false } as const;
    const trigger = { kind: "manual", pull: null } as const;
    const asked = { recipe, profile, sha, base: null, trigger, decision: { ...decision, secrets: [] } };
    plans.push({
      sha,
      plan: await planCommit(store, mirror, { ...asked, policy: "", repository: { trust } }),
    });
  }
  return plans;
}

function tellRange(stretches: readonly Stretch[], { json, recipe }: Bisected): void {
  const commits = stretches.reduce((sum, stretch) => sum + stretch.commits.length, 0);
  const invalid = stretches.filter(({ plan }) => plan.plan === null).length;
  const known = stretches.filter(({ plan }) => plan.carried !== null).length;
  const name = printable(recipe, 200);
  say(
    `${counted(commits, "commit")}, of which '${name}' differs in ${stretches.length}: ${known} judged before, ${invalid} invalid.`,
    json,
  );
  if (stretches.length === 1) say("No commit of the range changes anything that its verdict rests on.", json);
}

/** The verdict of a stretch: known, or by a run of its first commit; null where there can be none. */
async function verdictAt(
  { plan, commits }: Stretch,
  { store, mirror, ownTrees, elsewhere, recipe, profile, json }: Bisected,
): Promise<RunVerdict | null> {
  if (plan.carried !== null) return plan.carried.verdict;
  if (plan.plan === null) return null;
  const folder = await mirror.checkout(commits[0]!);
  const choice = { file: recipe, confine: folder, elsewhere };
  const planned = planOf(folder, { ...choice, ...(profile === null ? {} : { profile }) });
  const begun = await beginRun(store, { ...planned, folder, confine: folder, elsewhere });
  const { request } = begun.started;
  if (begun.how !== "reused" && (await workToEnd(store, request, json)) !== "over")
    throw new UserError(EXIT.interrupted, "The search is kept: call it again to go on.");
  const record = await store.runs.loadRecord(request.run);
  if (record !== undefined && ownTrees) await mirror.release(commits[0]!);
  return record === undefined ? null : verdictOf(record);
}

/** A search makes sense only between what is good and what is bad. */
async function refuseEnds(
  stretches: readonly Stretch[],
  judge: (stretch: Stretch) => Promise<Judged>,
): Promise<void> {
  for (const [stretch, wanted] of [
    [stretches[0]!, "good"],
    [stretches.at(-1)!, "bad"],
  ] as const) {
    const found = await judge(stretch);
    const sha = (wanted === "good" ? stretch.commits[0]! : stretch.commits.at(-1)!).slice(0, 12);
    if (found !== wanted)
      throw new UserError(
        EXIT.failed,
        `${sha} is to be ${wanted}, and is ${found}: there is nothing to search between.`,
      );
  }
}
