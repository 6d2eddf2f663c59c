import { WorkflowFailedError } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { Session } from "../engine/session.ts";
import { findToolchain } from "../host/toolchain.ts";
import type { RunRequest } from "../schemas/plan.ts";
import { RunError } from "./errors.ts";
import { takeUp, type TakenUp } from "./take-up.ts";
import type { Store } from "../store/store.ts";

/** How the following of a run ends: `over` with a record; `interrupted` by the caller, or `paused` by anybody: then it is kept. */
export type Ending = "over" | "interrupted" | "paused";

/** What happens while a run is followed. `working`: its steps may begin. `ending`: workers and server are let go. */
export type Happening = TakenUp | { says: "working" } | { says: "ending"; how: Ending | "error" };

export interface Following {
  /** Stops the following: gracefully, and the run is kept. */
  interrupt?: AbortSignal;
  /** Told what happens; `ending` is waited for. */
  tell?: (happening: Happening) => void | Promise<void>;
}

/**
 * Hosts a worker in this process and follows a run to its end, however it ends. Throws RunError (`run-broken`) for a run that
 * could leave no record, and EngineError where the server cannot be had.
 */
export async function followRun(
  store: Store,
  request: RunRequest,
  { interrupt = new AbortController().signal, tell = () => {} }: Following = {},
): Promise<Ending> {
  const interruption = whenAborted(interrupt);
  const paused = whenPaused(store, request.run);
  let session: Session | undefined;
  const end = async (how: Ending): Promise<Ending> => {
    await tell({ says: "ending", how });
    return how;
  };
  try {
    // A server that does not answer must not keep anybody from leaving.
    const opening = Session.open(store, findToolchain().server);
    const opened = await Promise.race([opening, interruption.first]);
    if (opened === "interrupted") {
      opening.then((late) => late.close()).catch(() => {});
      return await end(opened);
    }
    session = opened;
    const taken = takeUp(session, store, request, (found) => void tell(found));
    const handle = await Promise.race([taken, session.trouble, interruption.first]);
    if (handle instanceof Error) throw handle;
    if (handle === "over" || handle === "paused" || handle === "interrupted") return await end(handle);
    await tell({ says: "working" });
    paused.look();
    const first = await Promise.race([
      session.resultOf(handle),
      session.trouble,
      interruption.first,
      paused.first,
    ]);
    if (first instanceof Error) throw first;
    if (first === "paused" || first === "interrupted") return await end(first);
    // A failed or cancelled run says why in its record.
    if (first.error !== null && (await store.runs.loadRecord(request.run)) === undefined)
      throw withoutRecord(first.error, request);
    return await end("over");
  } catch (error) {
    await tell({ says: "ending", how: "error" });
    throw error;
  } finally {
    paused.dispose();
    interruption.dispose();
    await session?.close();
  }
}

/** A run whose record could not be written; nothing of it is lost. */
function withoutRecord(error: unknown, { run, plan }: RunRequest): unknown {
  const cause = error instanceof WorkflowFailedError ? rootCause(error) : null;
  if (!(cause instanceof ApplicationFailure)) return error;
  const { type: code, message } = cause;
  return new RunError({
    why: "run-broken",
    run,
    recipe: plan.recipe.path,
    code: code ?? "unexpected",
    message,
  });
}

function rootCause(error: Error): unknown {
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  return cause;
}

const LOOK_MS = 500;

/** Anybody may pause a run; its file tells. Looks from the first call of `look` on. */
function whenPaused(store: Store, run: string) {
  let timer: NodeJS.Timeout | undefined;
  let seen: string | null = null;
  let tellPaused = (_: "paused") => {};
  const first = new Promise<"paused">((resolve) => (tellPaused = resolve));
  const lookOnce = async () => {
    const now = await store.runs.version(run);
    if (now === seen) return;
    if ((await store.runs.load(run))?.paused === true) tellPaused("paused");
    seen = now;
  };
  const lookAgain = () => void lookOnce().catch(() => {});
  return {
    first,
    look: () => {
      timer = setInterval(lookAgain, LOOK_MS);
      lookAgain();
    },
    dispose: () => clearInterval(timer),
  };
}

function whenAborted(signal: AbortSignal): { first: Promise<"interrupted">; dispose: () => void } {
  let onAbort = () => {};
  const first = new Promise<"interrupted">((resolve) => {
    onAbort = () => resolve("interrupted");
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  return { first, dispose: () => signal.removeEventListener("abort", onAbort) };
}
