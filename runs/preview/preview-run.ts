import { toolsForFingerprint } from "../../host/tools.ts";
import { digestInputs, missingInputs } from "../inputs.ts";
import type { Planned } from "../recipe/compile-recipe.ts";
import { estimate, type Estimate } from "./estimate.ts";
import { historyOf } from "./history.ts";
import { previewPlan } from "./preview.ts";
import type { StepPreview } from "./step-preview.ts";
import type { Store } from "../../store/store.ts";

/** What a run would do. */
export interface RunPreview {
  previews: StepPreview[];
  /** What each step is expected to take, in the order of `previews`. */
  estimates: Estimate[];
  /** Names of inputs that are not there yet. */
  missing: string[];
}

/** What a run of a plan, begun in a folder, would do with each step and why. Nothing is started, and no input need be there. */
export async function previewRun(
  planned: Pick<Planned, "plan" | "recipe" | "paper">,
  { store, folder }: { store: Store; folder: string },
): Promise<RunPreview> {
  const { plan } = planned;
  const missing = [...(await missingInputs(plan, { folder })).keys()];
  const inputs = await digestInputs(planned, { store, folder }, missing);
  const tools = await toolsForFingerprint(store);
  const previews = await previewPlan(store, plan, inputs, tools, historyOf(store, plan), planned.paper);
  const estimates = await Promise.all(previews.map((preview) => estimate(store, preview)));
  return { previews, estimates, missing };
}
