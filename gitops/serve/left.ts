import { WorkflowNotFoundError, type Client } from "@temporalio/client";
import type { Store } from "../../store/store.ts";
import { queueOf } from "../ids.ts";

const REASON = "Its repository is not in the server's file any more.";

/**
 * Ends the workflows and schedules of repositories that are not followed any more; gives their names. Every process on the store follows
 * the same ones. Runs at work are workflows of their own, and go on.
 */
export async function endLeft(
  client: Client,
  store: Store,
  followed: { has: (name: string) => boolean },
): Promise<string[]> {
  const queue = queueOf(store);
  const left = (id: string): string | null => {
    const name = id.startsWith(`${queue}:`) ? id.slice(queue.length + 1).split(":")[0]! : null;
    return name === null || followed.has(name) ? null : name;
  };
  const names = new Set<string>();
  for await (const { scheduleId } of client.schedule.list()) {
    const name = left(scheduleId);
    if (name === null) continue;
    names.add(name);
    await client.schedule.getHandle(scheduleId).delete();
  }
  const open: string[] = [];
  const query = `ExecutionStatus = "Running" AND TaskQueue = "${queue}"`;
  for await (const { workflowId } of client.workflow.list({ query })) open.push(workflowId);
  // A repository's own first: it starts others.
  for (const id of open.sort((a, b) => a.length - b.length)) {
    const name = left(id);
    if (name === null) continue;
    names.add(name);
    await client.workflow
      .getHandle(id)
      .terminate(REASON)
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
  }
  return [...names].sort();
}
