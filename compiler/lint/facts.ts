import type { Finding, RecipeFacts, StepFacts } from "../../core/kind.ts";
import type { Kinds } from "../../core/kinds.ts";
import type { Layers } from "../layers.ts";
import type { Conformity } from "../paper/conform.ts";
import type { ResolvedStep } from "../resolved-step.ts";

export interface LoweredStep extends StepFacts {
  resolved: ResolvedStep;
}

export interface LintContext extends RecipeFacts {
  layers: Layers;
  kinds: Kinds;
  steps: readonly LoweredStep[];
  paper: Conformity | null;
  byId: ReadonlyMap<string, LoweredStep>;
}

export type { Finding };
