import type { Store } from "../../store/store.ts";
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from "@temporalio/client";
import { withSession } from "../../runs/with-session.ts";
import type { Approval, Demand } from "../../schemas/gitops-work.ts";
import { commitIdOf, repositoryIdOf } from "../ids.ts";
import { pokeRepository } from "./serve.ts";

/** What people ask of the workflows. Each starts a server if need be; who answers is `serve`. */

/** An answer, or that there is none: nobody serves (`silent`), or there is no such workflow (`unknown`). */
export type Answer<T> =
  { how: "answered"; value: T } | { how: "refused"; because: string } | { how: "silent" | "unknown" };

const ANSWER_MS = 60_000;

export const poke = (store: Store, repository: string): Promise<void> =>
  withSession(store, ({ client }) => pokeRepository(client, store, repository));

/** Approves plans of a commit; gives the recipes whose plans waited. */
export const approve = (store: Store, repository: string, approval: Approval): Promise<Answer<string[]>> =>
  update(store, commitIdOf(store, repository, approval.sha), "approve", approval);

/** Asks for a run by hand; gives the commit. */
export const demand = (store: Store, repository: string, asked: Demand): Promise<Answer<string>> =>
  update(store, repositoryIdOf(store, repository), "demand", asked);

function update<T>(store: Store, workflow: string, name: string, asked: object): Promise<Answer<T>> {
  return withSession(store, async ({ client }): Promise<Answer<T>> => {
    try {
      const value = await client.withDeadline(Date.now() + ANSWER_MS, () =>
        client.workflow.getHandle(workflow).executeUpdate<T, [object]>(name, { args: [asked] }),
      );
      return { how: "answered", value };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return { how: "unknown" };
      if (error instanceof WorkflowUpdateFailedError)
        return { how: "refused", because: error.cause?.message ?? error.message };
      if (["WorkflowUpdateRPCTimeoutOrCancelledError"].includes((error as Error).name))
        return { how: "silent" };
      throw error;
    }
  });
}
