import type { Seen } from "../../schemas/gitops-work.ts";
import type { commit } from "../../workflows/gitops/commit.ts";
import { commitIdOf, queueOf } from "../ids.ts";
import type { Around } from "./followed.ts";

/** Starts the workflow of each commit, or tells the one that is open. */
export async function tellCommits(
  { client, store }: Around,
  { repository, seen }: { repository: string; seen: Seen[] },
): Promise<void> {
  for (const one of seen) {
    const { sha } = one.trigger;
    await client.workflow.signalWithStart<typeof commit, [Seen]>("commit", {
      workflowId: commitIdOf(store, repository, sha),
      taskQueue: queueOf(store),
      args: [{ repository, sha }],
      signal: "triggered",
      signalArgs: [one],
    });
  }
}
