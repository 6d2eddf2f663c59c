import { writeRecord } from "../record/write-record.ts";
import type { RunRequest } from "../schemas/plan.ts";
import type { Store } from "../store/store.ts";

/**
 * Writes the record of a cancelled run that no server knows. Whoever starts its workflow looks for the record afterwards, and
 * whoever cancels looks for the workflow after the record: so one of them sees the other. A record that is there stays.
 */
export async function recordCancelled(store: Store, { run, plan }: RunRequest): Promise<void> {
  const statuses = await Promise.all(
    plan.steps.map(
      async ({ id }) =>
        [id, (await store.runs.loadOutcome(run, id))?.status ?? ("cancelled" as const)] as const,
    ),
  );
  if ((await store.runs.loadRecord(run)) !== undefined) return;
  await writeRecord(store, {
    run,
    status: "cancelled",
    statuses: Object.fromEntries(statuses),
    failures: [],
  });
}
