import path from "node:path";
import { Worker } from "@temporalio/worker";
import { packageRoot } from "../core/package-root.ts";
import { dataConverter } from "./payloads.ts";
import { workflowsHere } from "./workflow-thread.ts";

type History = Parameters<typeof Worker.runReplayHistory>[1];

/**
 * Replays a workflow's history on this version's code, by default that of runs; gives what does not fit, or null. A history that
 * does not fit belongs to a workflow that this version cannot go on with.
 */
export async function replay(
  history: History,
  run: string,
  bundle = path.join(packageRoot, "dist", "workflow-bundle.js"),
): Promise<string | null> {
  try {
    const options = { ...workflowsHere(), workflowBundle: { codePath: bundle }, dataConverter };
    await Worker.runReplayHistory(options, history, run);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
