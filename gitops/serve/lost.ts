import type { Store } from "../../store/store.ts";
import type { Client } from "@temporalio/client";
import { giveUpLostAttempts, type Handle } from "../../engine/runs.ts";
import { queueOf } from "../ids.ts";

/** Gives up what a process that died was at work on, so that it is done again at once. */
export async function giveUpLost(client: Client, store: Store): Promise<void> {
  const query = `ExecutionStatus = "Running" AND TaskQueue = "${queueOf(store)}"`;
  for await (const { workflowId } of client.workflow.list({ query })) {
    const handle = client.workflow.getHandle(workflowId) as unknown as Handle;
    // It may end at this moment.
    await giveUpLostAttempts(client, handle, true).catch(() => []);
  }
}
