import { stat } from "node:fs/promises";
import { StepFailure } from "../core/step-failure.ts";
import type { StepContext } from "../steps/context.ts";

/**
 * Where a step's programs run, as an option of who starts them: in the folder of its recipe, or in the worker's own. Throws
 * StepFailure (`environment`) where it is not there: the system would say so of the program.
 */
export async function workingFolder({
  folder,
  run,
}: Pick<StepContext, "folder" | "run">): Promise<{ cwd?: string }> {
  if (folder === null) return {};
  const entry = await stat(folder).catch((error: NodeJS.ErrnoException) => error);
  if (!(entry instanceof Error) && entry.isDirectory()) return { cwd: folder };
  const why = entry instanceof Error ? `cannot be used here (${entry.code})` : "is no folder";
  throw new StepFailure(
    "environment",
    `'${folder}', where the run's programs run, ${why}. Put it back and go on with 'reprise resume ${run}', or run the recipe elsewhere: what is finished is reused.`,
  );
}
