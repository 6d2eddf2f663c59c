import { proxyActivities } from "@temporalio/workflow";
import type { GitopsActivities } from "../../schemas/gitops-work.ts";

/** Tried again without end: a host that is away comes back, and what cannot be mended is given as a value. */
const retry = { initialInterval: "1 second", backoffCoefficient: 2, maximumInterval: "1 minute" } as const;

/** Activities that end by themselves, soon. */
export const soon = proxyActivities<GitopsActivities>({
  startToCloseTimeout: "10 minutes",
  heartbeatTimeout: "20 seconds",
  retry,
});

/** Following a run takes as long as the run. */
export const long = proxyActivities<Pick<GitopsActivities, "followRun">>({
  startToCloseTimeout: "365 days",
  heartbeatTimeout: "20 seconds",
  cancellationType: "WAIT_CANCELLATION_COMPLETED",
  retry,
});
