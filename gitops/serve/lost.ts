import type { Client } from "@temporalio/client";
import { giveUpLostAttempts, type Handle } from "../../engine/runs.ts";
import { queueOf } from "../ids.ts";

/** Gives up what a process that died was at work on, so that it is done again at once. */
export async function giveUpLost(client: Client, root: string): Promise<void> {
  const query = `ExecutionStatus = "Running" AND TaskQueue = "${queueOf(root)}"`;
  for await (const { workflowId } of client.workflow.list({ query })) {
    const handle = client.workflow.getHandle(workflowId) as unknown as Handle;
    // It may end at this moment.
    await giveUpLostAttempts(client, handle, true).catch(() => []);
  }
}
