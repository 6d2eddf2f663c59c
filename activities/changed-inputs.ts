import path from "node:path";
import type { Artifact } from "../schemas/plan.ts";
import { digestOfInput } from "../store/inputs.ts";
import { StepFailure } from "./step-failure.ts";

/**
 * Throws a StepFailure if an input of the recipe is no longer what it was when the run began: a result must not stand
 * under the digest of what it was not made from. What other steps gave cannot change.
 */
export async function refuseChangedInputs(
  root: string,
  run: string,
  inputs: Record<string, Artifact | string>,
): Promise<void> {
  for (const input of Object.values(inputs)) {
    if (typeof input === "string" || !path.isAbsolute(input.uri)) continue;
    const digest = await digestOfInput(root, input.uri).catch(() => null);
    if (digest === input.digest) continue;
    throw new StepFailure(
      "data",
      `The input '${input.uri}' ${digest === null ? "is gone" : "was changed"} since the run began. Put it back, or take what is there now: 'reprise resume ${run}'.`,
    );
  }
}
