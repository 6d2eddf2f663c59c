import { placeIn } from "../../core/facts/steps.ts";
import { HEARTBEAT_TIMEOUT_SECONDS } from "../../schemas/plan.ts";
import type { Finding, LintContext } from "./facts.ts";

/** A step that times out before its lost worker is noticed. */
export function shortTimeouts({ steps }: LintContext): Finding[] {
  return steps.flatMap((step) => {
    const { timeoutSeconds } = step.plan;
    if (timeoutSeconds >= HEARTBEAT_TIMEOUT_SECONDS) return [];
    const message = `The timeout of ${timeoutSeconds} s is shorter than the ${HEARTBEAT_TIMEOUT_SECONDS} s of silence after which a worker counts as lost: every lost worker becomes a failed step.`;
    return [{ code: "R0512", step, path: placeIn(step, "timeout"), message }];
  });
}
