import { Context } from "@temporalio/activity";
import { beginWork } from "../../steps/at-work.ts";
import type { GitopsActivities } from "../../schemas/gitops-work.ts";
import { beginRun } from "./begin-run.ts";
import { asFailure } from "./failures.ts";
import { followRun } from "./follow-run.ts";
import type { Around } from "./followed.ts";
import { judge } from "./judge.ts";
import { look, noteSeen } from "./look.ts";
import { mayApprove } from "./may-approve.ts";
import { planCommit } from "./plan-commit.ts";
import { report } from "./report.ts";
import { resolve } from "./resolve.ts";
import { reconcileSchedules } from "./schedules.ts";
import { stopRun } from "./stop-run.ts";
import { tellCommits } from "./tell-commits.ts";

const HEARTBEAT_MS = 2_000;

/** What a worker of GitOps can be asked. */
export function activitiesWith(around: Around): GitopsActivities {
  const all: {
    [Name in keyof GitopsActivities]: (
      around: Around,
      ...asked: Parameters<GitopsActivities[Name]>
    ) => unknown;
  } = {
    ...{ look, noteSeen, resolve, tellCommits, reconcileSchedules, planCommit, report, mayApprove },
    ...{ beginRun, followRun, stopRun, judge },
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, work]) => [name, lively(around, work as Work)]),
  ) as unknown as GitopsActivities;
}

type Work = (around: Around, asked: { repository: string }) => Promise<unknown>;

/** Says that it lives while it works, so that what a dead process left is done again soon; and fails as is right for the cause. */
const lively =
  (around: Around, work: Work) =>
  async (asked: { repository: string }): Promise<unknown> => {
    const context = Context.current();
    const { workflowExecution, activityId } = context.info;
    const end = beginWork(workflowExecution?.workflowId ?? "", activityId);
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      return await work(around, asked);
    } catch (error) {
      const followed = around.followed.get(asked.repository);
      throw followed === undefined ? error : await asFailure(error, followed);
    } finally {
      clearInterval(beat);
      end();
    }
  };
