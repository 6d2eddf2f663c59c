import type { WorkerOptions } from "@temporalio/worker";
import { globalHandlers } from "@temporalio/worker/lib/workflow/vm-shared.js";

/**
 * Lets a worker's workflows run in this thread. In one of their own the SDK would be loaded once more, which takes longer than a short
 * run; what they do between two activities takes milliseconds. The bundle of the command has no such thread.
 */
export function workflowsHere(): Pick<WorkerOptions, "debugMode"> {
  // Else every promise and error of this process would be looked at, for stack traces of workflows that nobody asks for.
  globalHandlers.installed = true;
  return { debugMode: true };
}
