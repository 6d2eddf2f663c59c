import { defineSignal, defineUpdate } from "@temporalio/workflow";
import type {
  Approval,
  Demand,
  Moved,
  PlannedCommit,
  Seen,
  Stop,
  Superseded,
} from "../../schemas/gitops-work.ts";

/** What the workflows of GitOps are told and asked. */

// A repository's.
export const poke = defineSignal("poke");
export const scheduled = defineSignal<[Demand]>("scheduled");
export const planned = defineSignal<[PlannedCommit]>("planned");
export const ended = defineSignal<[{ sha: string; key: string }]>("ended");
export const demand = defineUpdate<string, [Demand]>("demand");

// A commit's.
export const triggered = defineSignal<[Seen]>("triggered");
export const moved = defineSignal<[Moved]>("moved");
/** What was shown of it may stand there no more. */
export const showAgain = defineSignal("showAgain");
export const superseded = defineSignal<[Superseded]>("superseded");
export const approve = defineUpdate<string[], [Approval]>("approve");

// A recipe's.
export const again = defineSignal("again");
export const stop = defineSignal<[Stop]>("stop");
