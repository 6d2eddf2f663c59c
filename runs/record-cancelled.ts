import { writeRecord } from "../record/write-record.ts";
import type { RunRequest } from "../schemas/plan.ts";
import { loadOutcome, loadRecord } from "../store/runs.ts";

/**
 * Writes the record of a cancelled run that no server knows. Whoever starts its workflow looks for the record afterwards, and
 * whoever cancels looks for the workflow after the record: so one of them sees the other. A record that is there stays.
 */
export async function recordCancelled(root: string, { run, plan }: RunRequest): Promise<void> {
  const statuses = await Promise.all(
    plan.steps.map(
      async ({ id }) => [id, (await loadOutcome(root, run, id))?.status ?? ("cancelled" as const)] as const,
    ),
  );
  if ((await loadRecord(root, run)) !== undefined) return;
  await writeRecord({
    run,
    home: root,
    status: "cancelled",
    statuses: Object.fromEntries(statuses),
    failures: [],
  });
}
