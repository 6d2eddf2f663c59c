import type { RecipeClaim } from "./generated/recipe.ts";
import type { RunRecord, RunRecordArtifact, RunRecordStep } from "./generated/run-record.ts";
import type { ArtifactType, StepKind } from "./kinds.ts";

/** A worker that has been silent for this long counts as lost. */
export const HEARTBEAT_TIMEOUT_SECONDS = 120;

/** Where a parameter that takes an artifact gets it from. */
export type Source =
  | { from: "step"; step: string; output: string }
  | { from: "input"; input: string }
  | { from: "hub"; id: string };

/** One step, fully resolved: every default written out, references as edges. */
export interface PlanStep {
  /** As in the recipe; for a cell of a matrix followed by its values, such as sft-0-letter. */
  id: string;
  /** Values of the cell; empty without a matrix. */
  matrix: Record<string, string | number | boolean>;
  kind: StepKind;
  /** Version of the kind: part of the fingerprint, raised when the same parameters give another result. */
  version: number;
  params: Record<string, unknown>;
  inputs: Record<string, Source>;
  outputs: Record<string, ArtifactType>;
  /** Ids of the steps that must be finished first. */
  after: string[];
  resources: Resources;
  /** Runs of the step's program in all. */
  attempts: number;
  timeoutSeconds: number;
  checkpoint: { every: number; keep: number };
  /** Environment variables of the step's program, each by the name of the variable that holds the secret. */
  secrets: Record<string, string>;
}

export interface Resources {
  cpu: number;
  gpu: number;
  memoryGb: number;
}

interface PlanInput {
  type: "path" | "dataset" | "model";
  path: string;
  /** Expected digest, if the recipe states one. */
  sha256: string | null;
}

/** The resolved recipe: plain JSON, the workflow's only argument besides the run's place. */
export interface Plan {
  plan: 1;
  recipe: { name: string; path: string; digest: string; profile: string | null };
  inputs: Record<string, PlanInput>;
  /** Environment variables that hold the recipe's secrets; a program gets only those that its step names. */
  secrets: string[];
  steps: PlanStep[];
  claims: RecipeClaim[];
  deviations: RunRecord["deviations"];
  /** SHA-256 of everything above that decides what runs. */
  digest: string;
}

/** What the workflow is started with. */
export interface RunRequest {
  run: string;
  /** Absolute path of the store's folder; every worker of the run sees it. */
  home: string;
  plan: Plan;
  /** What the machine offers to steps that run at the same time. */
  capacity: Resources;
  inputs: Record<string, Artifact>;
}

export type Artifact = RunRecordArtifact & { type: ArtifactType };

/** What one step came to. Kept small: references and numbers only. */
export type StepOutcome = RunRecordStep;

/** What an activity is asked to do. */
export interface StepRequest {
  run: string;
  home: string;
  step: PlanStep;
  /** Artifacts by parameter; a plain string is an id on the hub. */
  inputs: Record<string, Artifact | string>;
  /** Environment variables that the step's program must not get. */
  withheld: string[];
  threads: number;
}
