import { ApplicationFailure } from "@temporalio/common";
import { ForgeError } from "../forge/forge.ts";
import { GitError } from "../git/git-error.ts";
import { noteTrouble } from "../state/trouble.ts";
import type { Followed } from "./followed.ts";

/** Until somebody has changed a token or a file, there is no need to hurry. */
const UNTIL_MENDED = "5 minutes";

/**
 * What an activity fails with, so that it is tried again at the right time: a host that says when is asked then, and what only a
 * person can mend is noted for `reprise gitops status` and tried now and then.
 */
export async function asFailure(error: unknown, { places }: Pick<Followed, "places">): Promise<unknown> {
  if (error instanceof ForgeError) {
    await noteTrouble(places, "forge", error.message);
    const wait = error.retryAfter === null ? null : (`${Math.ceil(error.retryAfter)} seconds` as const);
    const later = error.fault === "limited" || error.fault === "unavailable" ? wait : UNTIL_MENDED;
    return failure(`forge-${error.fault}`, error.message, later);
  }
  if (error instanceof GitError) {
    await noteTrouble(places, "fetch", error.message);
    return failure(`git-${error.fault}`, error.message, error.passes ? null : "1 minute");
  }
  return error;
}

function failure(
  type: string,
  message: string,
  later: `${number} seconds` | "5 minutes" | "1 minute" | null,
) {
  return ApplicationFailure.create({ type, message, ...(later === null ? {} : { nextRetryDelay: later }) });
}
