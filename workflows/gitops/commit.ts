import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { StatusState } from "../../schemas/gitops.ts";
import type {
  Approval,
  At,
  CommitStanding,
  Item,
  Moved,
  Seen,
  Superseded,
} from "../../schemas/gitops-work.ts";
import { soon } from "./activities.ts";
import { repositoryId } from "./names.ts";
import * as says from "./signals.ts";
import { tell } from "./tell.ts";

/** How long an approval is waited for. */
const APPROVAL = "30 days";

/** What a commit takes along when its history has become long. */
interface Carried {
  seen: Seen[];
  /** Of those, what is planned for. */
  planned: number;
  standing: CommitStanding | null;
}

const OPEN: ReadonlySet<StatusState> = new Set(["waiting-for-approval", "queued", "running"]);
const isOpen = ({ state }: Item): boolean => OPEN.has(state);

/**
 * One commit: what concerns it is planned, approved and queued, and how it stands is shown, until nothing of it is open. The runs
 * themselves are the repository's, so that each gets its turn.
 */
export async function commit(
  at: At,
  carried: Carried = { seen: [], planned: 0, standing: null },
): Promise<void> {
  const { repository, sha } = at;
  const { seen } = carried;
  let { planned, standing } = carried;
  const moves: Moved[] = [];
  let dirty = false;
  let anew = false;
  let showing = false;
  let failure: { error: unknown } | null = null as { error: unknown } | null;
  setHandler(says.showAgain, () => void (anew = true));
  setHandler(says.triggered, (told) => {
    if (!seen.some(({ order }) => order === told.order)) seen.push(told);
  });
  setHandler(says.moved, (moved) => void moves.push(moved));
  setHandler(says.superseded, (told) => {
    for (const item of standing?.items ?? []) if (leave(item, told)) dirty = true;
  });

  const enqueue = (items: Item[], lines: { line: string; order: number }[]): Promise<boolean> =>
    tell(repositoryId(repository), says.planned, {
      ...{ sha, lines, contents: standing!.items.map(({ content }) => content) },
      ready: items.map(({ key, recipe, profile, lines: own, order, supersede, content, attempt }) => ({
        ...{ sha, key, recipe, profile, lines: own, order, supersede, content, attempt },
      })),
    });

  const plan = async (): Promise<void> => {
    const fresh = seen.slice(planned);
    const known = standing?.items ?? [];
    const found = await soon.planCommit({ ...at, seen, fresh, known });
    planned += fresh.length;
    // What went on meanwhile is newer than what the plan knew.
    const newer = new Map(
      (standing?.items ?? []).filter(isOpen).map((item) => [`${item.key} ${item.attempt}`, item]),
    );
    for (const item of found.items) {
      const now = newer.get(`${item.key} ${item.attempt}`);
      if (now === undefined || (now.state === "waiting-for-approval" && item.state === "queued")) continue;
      const { state, run, note, approvedBy } = now;
      Object.assign(item, { state, run, note, ...(approvedBy === undefined ? {} : { approvedBy }) });
    }
    standing = found;
    dirty = true;
    await enqueue(
      found.items.filter(({ state, run }) => state === "queued" && run === null),
      fresh.map(({ trigger, order }) => ({ line: trigger.ref, order })),
    );
  };

  setHandler(says.approve, (asked) => approve(asked), {
    validator: (asked) => {
      if (asked.sha !== sha) throw new Error(`It is not for the commit ${sha}.`);
    },
  });
  const approve = async (asked: Approval): Promise<string[]> => {
    await condition(() => standing !== null);
    const refusal = await soon.mayApprove({ repository, by: asked.by });
    if (refusal !== null) throw ApplicationFailure.nonRetryable(refusal, "NotApproved");
    const approved = waitingFor(standing!.items, asked);
    const approvedBy = asked.by ?? "the operator of the server";
    for (const item of approved) Object.assign(item, { state: "queued", note: null, approvedBy });
    if (approved.length > 0) {
      await enqueue(approved, []);
      dirty = true;
    }
    return approved.map(({ recipe }) => recipe);
  };

  /** Goes on beside all else: while the forge is away, what concerns the commit is planned, approved and run all the same. */
  const show = (): void => {
    const again = anew;
    [dirty, anew, showing] = [false, false, true];
    soon
      .report({ ...standing!, ...(again ? { anew: true } : {}) })
      .catch((error: unknown) => void (failure = { error }))
      .finally(() => void (showing = false));
  };

  const isUnknown = (): boolean => anew && standing === null;
  const busy = (): boolean => seen.length > planned || moves.length > 0 || isUnknown();
  const due = (): boolean => (dirty || anew) && standing !== null && !showing;
  const quiet = (): boolean => !busy() && !due() && !showing && allHandlersFinished();
  const over = (): boolean => quiet() && !(standing?.items ?? []).some(isOpen);
  const long = (): boolean => quiet() && workflowInfo().continueAsNewSuggested;
  for (;;) {
    if (seen.length > planned || isUnknown()) await plan();
    for (const moved of moves.splice(0)) if (move(standing?.items ?? [], moved)) dirty = true;
    if (due()) show();
    await condition(() => busy() || !showing);
    if (failure !== null) throw failure.error;
    if (busy() || due()) continue;
    if (over()) return;
    const woken = await condition(() => busy() || due() || long() || over(), APPROVAL);
    if (long() && !over()) return continueAsNew<typeof commit>(at, { seen, planned, standing });
    if (!woken) dirty = giveUpWaiting(standing?.items ?? []);
  }
}

/** Takes a ref off an item that nobody has approved; on no ref any more, it is superseded. */
function leave(item: Item, { line, by }: Superseded): boolean {
  if (item.state !== "waiting-for-approval" || item.supersede === "queue" || !item.lines.includes(line))
    return false;
  const others = item.lines.filter((other) => other !== line);
  if (others.length > 0) item.lines = others;
  else
    Object.assign(item, {
      state: "superseded",
      note: by === null ? "its ref is gone" : `by ${by.slice(0, 7)}`,
    });
  return others.length === 0;
}

/** How an item went on; nothing for one of an earlier attempt, or that has ended. */
function move(items: Item[], { key, attempt, state, run, note }: Moved): boolean {
  const item = items.find((one) => one.key === key && one.attempt === attempt);
  if (item === undefined || !isOpen(item)) return false;
  Object.assign(item, { state, run, note });
  return true;
}

/** The items that an approval is for. Throws where it names plans that do not wait as they were shown. */
function waitingFor(items: Item[], { recipe, digests }: Approval): Item[] {
  const waiting = items.filter(
    (item) => item.state === "waiting-for-approval" && (recipe === null || item.recipe === recipe),
  );
  if (digests === null) return waiting;
  const named = waiting.filter(({ approval }) => digests.some((digest) => approval.startsWith(digest)));
  if (named.length > 0 || waiting.length === 0) return named;
  throw ApplicationFailure.nonRetryable(
    `None of the plans that wait has one of these digests any more: ${digests.join(", ")}. Look at the commit again.`,
    "NotApproved",
  );
}

function giveUpWaiting(items: Item[]): boolean {
  const waiting = items.filter(({ state }) => state === "waiting-for-approval");
  for (const item of waiting)
    Object.assign(item, { state: "cancelled", note: "nobody approved it within 30 days" });
  return waiting.length > 0;
}
