import { mkdirSync } from "node:fs";
import { CancelledFailure, Context } from "@temporalio/activity";
import { resumableParams } from "../core/fingerprint.ts";
import type { Kinds } from "../core/kinds.ts";
import { StepFailure } from "../core/step-failure.ts";
import { rememberEnvironment } from "../host/tools.ts";
import type { OutsideKind, StepRequest, StepResult } from "../schemas/plan.ts";
import { Fence } from "../store/fence.ts";
import type { Recalled } from "../store/finished-steps.ts";
import { BEAT_MS } from "../store/presence.ts";
import type { Store } from "../store/store.ts";
import { allotDevices } from "./allot-devices.ts";
import { beginWork } from "./at-work.ts";
import { attemptsOf } from "./attempts.ts";
import { toApplicationFailure } from "./failures.ts";
import type { Kind } from "./kind.ts";
import { nameStep, type NamedStep } from "./named-step.ts";
import { noteOutcome } from "./outcome.ts";
import { workAndPublish } from "./work-and-publish.ts";

const HEARTBEAT_MS = 1_000;

/**
 * Does a step of any of the kinds, with all that steps have in common: reuse, fence, heartbeat, publishing, failures. `working` is
 * called when one is worked on, and not reused.
 */
export function stepActivity(
  kinds: Kinds<Kind>,
  outsideKind: (kind: OutsideKind) => Kind,
  store: Store,
  working: () => void = () => {},
): (request: StepRequest) => Promise<StepResult> {
  return async (request) => {
    const context = Context.current();
    const signal = context.cancellationSignal;
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    const end = beginWork(request.run, request.step.id);
    try {
      const { outside } = request;
      const kind = outside == null ? kindOf(kinds, request) : outsideKind(outside);
      return await runOrReuse(store, request, kind, signal, working);
    } catch (error) {
      // A stopped child looks like a failure; only the signal tells that it was asked to stop.
      if (signal.aborted)
        throw signal.reason instanceof Error ? signal.reason : new CancelledFailure("stopped");
      throw toApplicationFailure(error, await attemptsOf(store, request));
    } finally {
      clearInterval(beat);
      end();
    }
  };
}

function kindOf(kinds: Kinds<Kind>, { step }: StepRequest): Kind {
  const kind = kinds.find(step.kind);
  if (kind !== undefined) return kind;
  throw new StepFailure("environment", `This worker has no kind '${step.kind}'.`);
}

async function runOrReuse(
  store: Store,
  request: StepRequest,
  kind: Kind,
  signal: AbortSignal,
  working: () => void,
): Promise<StepResult> {
  const { run, step } = request;
  const named = await nameStep(store, request, kind.schema);
  mkdirSync(store.runs.step(run, step.id).folder, { recursive: true });
  const [known] = await Promise.all([
    recallForUse(named),
    // What a later `plan` compares with, to say why a step runs again.
    store.runs.saveFields(run, step.id, named.about.fields),
    rememberEnvironment(store, named.tools),
  ]);
  if (known.how === "whole") return noteOutcome(store, request, named.print, known.step);

  const { folder: work } = store.local.work(named.key);
  mkdirSync(work, { recursive: true });
  const fence = await Fence.take(work);
  const touching = setInterval(() => void fence.touch(), BEAT_MS);
  try {
    // Whoever held the directory before may just have finished.
    const meanwhile = await recallForUse(named);
    if (meanwhile.how === "whole") return await noteOutcome(store, request, named.print, meanwhile.step);
    const damage = meanwhile.how === "damaged" ? meanwhile.defects : [];
    working();
    const allotment = await allotDevices(store, run, step);
    const { perform } = await kind.perform();
    const resumable = resumableParams(kind.schema, step);
    const attempt = { ...named, perform, resumable, signal, fence, allotment, work, damage };
    const result = await workAndPublish(attempt).finally(allotment.release);
    // Nothing is left of a step that is done; of another one its checkpoints are.
    await fence.clear();
    return result;
  } finally {
    clearInterval(touching);
    await fence.release();
  }
}

/** A result that this run goes on with: marked as used, and then looked at. Not one that is to be made anew. */
async function recallForUse({ store, request, print }: NamedStep): Promise<Recalled> {
  const { redoneSince, step } = request;
  const known = await store.results.recall(print, step);
  if (known.how !== "whole") return known;
  if (redoneSince !== null && known.step.made < redoneSince) return { how: "unknown" };
  await store.artifacts.touch(Object.values(known.step.outputs)).catch(() => {});
  return store.results.recall(print, step);
}
