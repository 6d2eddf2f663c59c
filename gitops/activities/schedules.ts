import { ScheduleOverlapPolicy } from "@temporalio/client";
import { digestOf } from "../../core/digest.ts";
import type { Demand } from "../../schemas/gitops-work.ts";
import type { tick } from "../../workflows/gitops/tick.ts";
import { readRefs } from "../heads/heads.ts";
import { queueOf, repositoryIdOf } from "../ids.ts";
import { clearTrouble, noteTrouble } from "../state/trouble.ts";
import { followedAs, type Around } from "./followed.ts";
import { policyAt } from "./policy-for.ts";

/** A time that was missed for longer is over: after three days off there is one run, not three. */
const CATCH_UP = "1 day";

/** Makes the server's schedules those of the default branch's policy: what is no more there is deleted. */
export async function reconcileSchedules(
  around: Around,
  { repository }: { repository: string },
): Promise<void> {
  const { client, store } = around;
  const followed = followedAs(around, repository);
  const prefix = `${repositoryIdOf(store, repository)}:schedule:`;
  const wanted = await schedulesOf(followed);
  // A policy that cannot be read takes nothing away.
  if (wanted === null) return;
  const ids = new Map(
    wanted.map((schedule) => [`${prefix}${schedule.pipeline}:${digestOf(schedule).slice(0, 12)}`, schedule]),
  );
  for await (const { scheduleId } of client.schedule.list()) {
    if (!scheduleId.startsWith(prefix)) continue;
    if (!ids.delete(scheduleId)) await client.schedule.getHandle(scheduleId).delete();
  }
  await clearTrouble(followed.places, "schedules");
  for (const [scheduleId, { pipeline, cron, timezone, branch }] of ids) {
    const demand: Demand = { kind: "schedule", pipeline, branch: branch ?? "" };
    try {
      await client.schedule.create<typeof tick>({
        scheduleId,
        spec: { cronExpressions: [cron], timezone },
        policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP },
        action: {
          type: "startWorkflow",
          workflowType: "tick",
          workflowId: scheduleId,
          taskQueue: queueOf(store),
          args: [repository, demand],
        },
      });
    } catch (error) {
      // Another process was faster, or the server does not know the zone or the times.
      if ((error as Error).name === "ScheduleAlreadyRunning") continue;
      await noteTrouble(followed.places, "schedules", `${pipeline}: ${(error as Error).message}`);
    }
  }
}

interface Wanted {
  pipeline: string;
  cron: string;
  timezone: string;
  branch: string | null;
}

async function schedulesOf({ mirror }: Parameters<typeof policyAt>[0]): Promise<Wanted[] | null> {
  const { refs, defaultBranch } = await readRefs(mirror);
  const sha = refs[`refs/heads/${defaultBranch}`];
  if (sha === undefined || !(await mirror.has(sha))) return null;
  const { policy, problems } = await policyAt({ mirror }, sha);
  if (policy === null) return problems.length > 0 ? null : [];
  return policy.pipelines.flatMap(({ name: pipeline, on: { schedule } }) =>
    schedule === null ? [] : [{ pipeline, ...schedule }],
  );
}
