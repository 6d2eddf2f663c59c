import type { StatusState } from "../../schemas/gitops.ts";

/** A state in each forge's own words. No forge checks them all: Gitea takes any word. */
interface Words {
  github: "pending" | "success" | "failure" | "error";
  gitea: "pending" | "success" | "failure" | "error" | "cancelled";
  gitlab: "pending" | "running" | "success" | "failed" | "canceled";
}

const PENDING: Words = { github: "pending", gitea: "pending", gitlab: "pending" };
const RUNNING: Words = { github: "pending", gitea: "pending", gitlab: "running" };
const PASSES: Words = { github: "success", gitea: "success", gitlab: "success" };
const FAILS: Words = { github: "failure", gitea: "failure", gitlab: "failed" };
/** Not judged: something of ours, or of the machine, failed. */
const BROKEN: Words = { github: "error", gitea: "error", gitlab: "failed" };
/** Ended before there was a verdict. Never a success: the commit may become the head again. */
const ENDED: Words = { github: "error", gitea: "cancelled", gitlab: "canceled" };

/** How each state is shown by a forge. */
export const FORGE_STATES: Readonly<Record<StatusState, Words>> = {
  planned: PASSES,
  untrusted: PENDING,
  "waiting-for-approval": PENDING,
  queued: PENDING,
  running: RUNNING,
  reproduced: PASSES,
  reported: PASSES,
  unclaimed: PASSES,
  unaffected: PASSES,
  invalid: FAILS,
  "not-reproduced": FAILS,
  "new-deviations": FAILS,
  "not-allowed": FAILS,
  failed: BROKEN,
  superseded: ENDED,
  cancelled: ENDED,
};
