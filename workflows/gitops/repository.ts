import {
  allHandlersFinished,
  condition,
  continueAsNew,
  ParentClosePolicy,
  setHandler,
  sleep,
  startChild,
  WorkflowIdReusePolicy,
  workflowInfo,
} from "@temporalio/workflow";
import type { Demand, PlannedCommit, QueueLimits, Queued } from "../../schemas/gitops-work.ts";
import { soon } from "./activities.ts";
import { commitId, recipeId } from "./names.ts";
import { emptyQueue, Queue, type Effects, type QueueState } from "./queue.ts";
import { recipe } from "./recipe.ts";
import * as says from "./signals.ts";
import { tell } from "./tell.ts";

// Pokes come in bursts: a push and its pull request, several refs at once.
const QUIET = "200 milliseconds";

/** What a repository takes along when its history has become long. */
interface Carried {
  queue: QueueState;
  /** Counts what was seen, so that of two heads of a ref the later one is known. */
  order: number;
  limits: QueueLimits | null;
  /** The first of its histories: what earlier ones noted counts. */
  generation: string;
  poked: boolean;
  demands: Demand[];
}

type Told = { planned: PlannedCommit } | { ended: { sha: string; key: string } };

/**
 * One repository: what is new in it is told to the workflows of its commits, and what they want to run gets its turn. What it looks at
 * is Git itself; a poke only says that it is time.
 */
export async function repository(name: string, carried?: Carried): Promise<void> {
  const state: Carried = carried ?? {
    ...{ queue: emptyQueue(), order: Date.now(), limits: null, poked: true, demands: [] },
    generation: workflowInfo().runId,
  };
  const queue = new Queue(state.queue);
  const inbox: Told[] = [];
  let leaving = false;
  setHandler(says.poke, () => void (state.poked = true));
  setHandler(says.planned, (planned) => void inbox.push({ planned }));
  setHandler(says.ended, (ended) => void inbox.push({ ended }));
  setHandler(says.scheduled, (asked) => {
    if (!state.demands.some((other) => JSON.stringify(other) === JSON.stringify(asked)))
      state.demands.push(asked);
  });
  setHandler(says.demand, (asked) => meet(asked));

  /** Begins what is asked for by hand or by a schedule; gives the commit, or why there is none. */
  const meet = async (asked: Demand): Promise<string> => {
    const trigger = await soon.resolve({ repository: name, demand: asked });
    if (typeof trigger === "string") return trigger;
    const only = asked.kind === "manual" ? asked.recipe : null;
    await soon.tellCommits({ repository: name, seen: [{ trigger, order: ++state.order, recipe: only }] });
    return trigger.sha;
  };

  const look = async (): Promise<void> => {
    const { generation } = state;
    const { triggers, gone, seen, limits } = await soon.look({ repository: name, generation });
    state.limits = limits;
    for (const line of gone) await carryOut(queue.gone(line));
    const found = triggers.map((trigger) => ({ trigger, order: ++state.order, recipe: null }));
    if (found.length > 0) await soon.tellCommits({ repository: name, seen: found });
    if (triggers.some(({ kind }) => kind === "push")) await soon.reconcileSchedules({ repository: name });
    await soon.noteSeen({ repository: name, generation, seen });
  };

  const lookAgain = async (): Promise<void> => {
    for (;;) {
      await condition(() => state.poked || state.demands.length > 0 || leaving);
      if (leaving) return;
      for (let next = state.demands[0]; next !== undefined; next = state.demands[0]) {
        await meet(next);
        state.demands.shift();
      }
      if (!state.poked) continue;
      await sleep(QUIET);
      state.poked = false;
      await look();
    }
  };

  const carryOut = async ({ superseded, dropped, stopped, refused }: Effects): Promise<void> => {
    for (const { sha, told } of superseded) await tell(commitId(name, sha), says.superseded, told);
    for (const { entry, told } of dropped)
      await toCommit(entry, "superseded", told.by === null ? "its ref is gone" : `by ${told.by.slice(0, 7)}`);
    for (const { entry, told } of stopped)
      await tell(recipeId(name, entry.sha, entry.key, entry.attempt), says.stop, told);
    for (const entry of refused) await toCommit(entry, "failed", "too many runs wait already");
  };

  const toCommit = (entry: Queued, to: "superseded" | "failed", note: string): Promise<boolean> =>
    tell(commitId(name, entry.sha), says.moved, { ...entry, state: to, run: null, note });

  const begin = async (limits: QueueLimits): Promise<void> => {
    for (const entry of queue.begin(limits)) {
      try {
        await startChild(recipe, {
          args: [{ repository: name, entry }],
          workflowId: recipeId(name, entry.sha, entry.key, entry.attempt),
          workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
          parentClosePolicy: ParentClosePolicy.ABANDON,
        });
      } catch {
        // It was begun before this repository's workflow was: it says itself how it ends, if it has not.
        if (!(await tell(recipeId(name, entry.sha, entry.key, entry.attempt), says.again))) {
          queue.ended(entry.sha, entry.key);
          await toCommit(entry, "failed", "was begun before, and left no verdict");
        }
      }
    }
  };

  const takeIn = async (limits: QueueLimits): Promise<void> => {
    for (let told = inbox.shift(); told !== undefined; told = inbox.shift()) {
      if ("planned" in told) await carryOut(queue.planned(told.planned, limits));
      else queue.ended(told.ended.sha, told.ended.key);
    }
  };

  const serveQueue = async (): Promise<void> => {
    // A place may have become free at the end of the former history.
    if (state.limits !== null) await begin(state.limits);
    for (;;) {
      await condition(() => (inbox.length > 0 && state.limits !== null) || leaving);
      if (state.limits !== null) {
        await takeIn(state.limits);
        await begin(state.limits);
      }
      if (leaving && (inbox.length === 0 || state.limits === null)) return;
    }
  };

  const loops = Promise.all([lookAgain(), serveQueue()]);
  await Promise.race([loops, condition(() => workflowInfo().continueAsNewSuggested)]);
  leaving = true;
  await loops;
  await condition(allHandlersFinished);
  if (state.limits !== null) await takeIn(state.limits);
  await continueAsNew<typeof repository>(name, { ...state, queue: queue.state });
}
