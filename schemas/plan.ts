import type { Recipe, RecipeClaim, RecipeStep } from "./generated/recipe.ts";
import type { DigestsRun } from "./generated/digests.ts";
import type { RunRecord, RunRecordArtifact, RunRecordStep } from "./generated/run-record.ts";
import type { ArtifactType } from "./artifact-types.ts";
import type { KindSchema } from "./kinds.ts";

/** A worker that has been silent for this long counts as lost. */
export const HEARTBEAT_TIMEOUT_SECONDS = 120;

/** Failures of a step's program, which the recipe's `retry` may try again. */
export const PROGRAM_FAILURES = ["exit", "oom", "nan", "timeout", "stalled", "unavailable"] as const;
export type ProgramFailure = (typeof PROGRAM_FAILURES)[number];

/** Where a parameter that takes an artifact gets it from. */
export type InputSource =
  | { from: "step"; step: string; output: string }
  | { from: "input"; input: string }
  // As the recipe writes it: organisation/name, or organisation/name@revision.
  | { from: "hub"; id: string };

/** One step, fully resolved: every default written out, references as edges. */
export interface PlanStep {
  /** As in the recipe; for a cell of a matrix followed by its values, such as sft-0-letter. */
  id: string;
  /** Values of the cell; empty without a matrix. */
  matrix: Record<string, string | number | boolean>;
  kind: string;
  /** Version of the kind: part of the fingerprint, raised when the same parameters give another result. */
  version: number;
  params: Record<string, unknown>;
  inputs: Record<string, InputSource>;
  outputs: Record<string, ArtifactType>;
  /** Ids of the steps that must be finished first. */
  after: string[];
  resources: Resources;
  /** Threads that a program's sums are split among, where they are not as many as its cores. */
  threads?: number;
  /** Processes that train together. */
  processes: number;
  gpuType: GpuType;
  retry: {
    /** Runs of the step's program in all. */
    attempts: number;
    backoffSeconds: number;
    /** Codes of the failures that are tried again. */
    on: ProgramFailure[];
  };
  timeoutSeconds: number;
  /** A program without progress for this long is ended; null: never. */
  stalledSeconds: number | null;
  checkpoint: {
    /** Optimizer steps, or null where `everySeconds` counts. */
    everySteps: number | null;
    everySeconds: number | null;
    keep: number;
    /** auto, never, or `<run>:<step>@<n>`. */
    resume: string;
  };
  /** Whether its bytes may depend on the processor. A plan of an earlier version does not say: then they may. */
  reproducible?: Reproducible;
  /** Environment variables of the step's program, each by the name of the variable that holds the secret. */
  secrets: Record<string, string>;
}

export type Reproducible = NonNullable<Recipe["reproducible"]>;

export type GpuType = NonNullable<NonNullable<RecipeStep["resources"]>["gpu_type"]>;

/** A cell of a step's matrix; of a step without one, the step itself. */
export interface ClaimCell {
  id: string;
  matrix: Readonly<Record<string, string | number | boolean>>;
}

export interface PlanClaim extends RecipeClaim {
  /** The steps that it names, with their cells. A plan of an earlier version has none: then a name is a step's id. */
  cells?: Record<string, ClaimCell[]>;
}

export interface Resources {
  cpu: number;
  gpu: number;
  memoryGb: number;
}

interface PlanInput {
  /** path, dataset, model, or a type that kinds from outside bring along. */
  type: ArtifactType;
  path: string;
  /** Expected digest, if the recipe states one. */
  sha256: string | null;
}

/** A kind from outside, as its kind.yaml says; what it does stands in its folder, which is an input of the plan. */
export interface OutsideKind {
  /** The plan's input that is its folder: each step of it has this input as `kind`. */
  folder: string;
  /** Program and arguments. */
  run: string[];
  schema: KindSchema;
  /** Metrics that a report draws. */
  charts: string[];
  /** The metric to watch. */
  main: string | null;
}

/** The resolved recipe: plain JSON, the workflow's only argument besides the run's place. */
export interface Plan {
  plan: 1;
  recipe: { name: string; path: string; digest: string; profile: string | null };
  inputs: Record<string, PlanInput>;
  /** Environment variables that hold the recipe's secrets; a program gets only those that its step names. */
  secrets: string[];
  /** The kinds from outside that its steps are of, by name. */
  kinds?: Record<string, OutsideKind>;
  steps: PlanStep[];
  claims: PlanClaim[];
  /** Whether the claims' p are corrected for their number; "none" without. */
  correction?: "none" | "holm";
  deviations: RunRecord["deviations"];
  /** What a reference run gave, by step and output, if the recipe names one; it decides nothing. */
  reference?: (DigestsRun & { file: string }) | null;
  /** SHA-256 of everything above that decides what runs. */
  digest: string;
}

/** Whether a step of a plan asks for a GPU. */
export const wantsGpu = ({ steps }: Pick<Plan, "steps">): boolean =>
  steps.some(({ resources }) => resources.gpu > 0);

/** What the workflow is started with. */
export interface RunRequest {
  run: string;
  plan: Plan;
  /** What the machine offers to steps that run at the same time. */
  capacity: Resources;
  inputs: Record<string, Artifact>;
  /** A worker that has been silent for this long counts as lost. */
  heartbeatSeconds: number;
  /** Whether the first failure ends everything, or only what depends on it. */
  failFast: boolean;
  /** Steps to do again although the store has their results, from this ISO time on. */
  redo: { steps: string[]; since: string } | null;
}

export type Artifact = RunRecordArtifact & { type: ArtifactType };

/** What one step came to, as the record has it. */
export type StepOutcome = RunRecordStep;

/** What the workflow keeps of a step: what others need of it. The rest stands in the step's folder. */
export interface StepResult {
  status: StepOutcome["status"];
  outputs: Record<string, Artifact>;
}

/** What an activity is asked to do. */
export interface StepRequest {
  run: string;
  step: PlanStep;
  /** Artifacts by parameter; a plain string is an id on the hub, with its revision. */
  inputs: Record<string, Artifact | string>;
  /** Environment variables that the step's program must not get. */
  withheld: string[];
  /** The step's kind, where it is from outside, as the run's own file says. */
  outside?: OutsideKind | null;
  /** Folder that the step's programs run in, as the run's own file says; without one it is the worker's own. */
  folder?: string | null;
  heartbeatSeconds: number;
  /** A result in the store counts only if it was made after this ISO time. */
  redoneSince: string | null;
}

/** What the record of a run is made of, beside what stands in its folder. */
export interface FinishedRun {
  run: string;
  status: RunRecord["status"];
  /** Status of each step. */
  statuses: Record<string, StepOutcome["status"]>;
  failures: { step: string; code: string; message: string }[];
}

/** What a worker is asked by a workflow. */
export interface Activities {
  step: (request: StepRequest) => Promise<StepResult>;
  writeRecord: (finished: FinishedRun) => Promise<void>;
}
