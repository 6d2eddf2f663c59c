import type { ArtifactType } from "../schemas/artifact-types.ts";
import type { Code } from "../schemas/diagnostic.ts";
import type { Recipe, RecipeStep } from "../schemas/generated/recipe.ts";
import type { RunRecord, RunRecordStep } from "../schemas/generated/run-record.ts";
import type { KindSchema } from "../schemas/kinds.ts";
import type { Artifact, OutsideKind, PlanStep } from "../schemas/plan.ts";

/** All that the house may ask of a kind of step, but for its work. What is left out does not apply to it. */
export interface KindDefinition {
  /** As after `uses`; of a kind from outside its title, which stands in plans. */
  readonly name: string;
  readonly schema: KindSchema;
  /** What its folder says, where it is from outside: `uses` names that folder. */
  readonly outside?: OutsideKind;
  /** What other tools call it. */
  readonly called?: readonly string[];
  /** Types of artifacts that it brings along, with their words in a sentence: `frames (…)`. */
  readonly makes?: Readonly<Record<ArtifactType, string>>;
  /** What it turns into what, and how a recipe is told to do so: `Merge it first`. */
  readonly turns?: { readonly from: ArtifactType; readonly to: ArtifactType; readonly says: string };
  /** Its program may be given any secret, not only those of its schema. */
  readonly takesAnySecret?: true;
  /** Scores a model. */
  readonly evaluates?: true;
  /** Its output is a model that has learnt from its rows. */
  readonly learns?: Learning;
  /** Rows of a split in its output, where the recipe says them; `back` gives those of an input of the step. */
  readonly rows?: (
    step: PlanStep,
    split: string,
    back: (parameter: string) => number | undefined,
  ) => number | undefined;
  /** What knowledge of it says about a valid recipe; called once, with all steps of the kind. */
  readonly lint?: readonly Rule[];
  /** Its work, or a part of it, is done by a Python process that loads the trainers' libraries. */
  readonly trainer?: true;
  /** Preflight can look at it before a run. */
  readonly preflight?: true;
  /** The number that a person watches while a step runs and reads when it is done; empty where there is none. */
  readonly mainNumber?: (metrics: Readonly<Record<string, number>>) => string;
  /** Metrics over optimizer steps that a report draws. */
  readonly curves?: readonly Curve[];
  /** Its section of a run's report; loaded when one is written. */
  readonly report?: () => Promise<KindReport>;
}

/** How a training learns; without `steps` its optimizer steps do not follow from the recipe. */
interface Learning {
  readonly steps?: {
    /** What an optimizer step is made of. */
    readonly of: "row" | "prompt";
    readonly generation?: (step: PlanStep) => Generation;
  };
}

/** What one generation of a reinforcement takes, over all processes, and how it comes about. */
export interface Generation {
  completions: number;
  /** Completions for each prompt. */
  group: number;
  /** Prompts; a fraction where groups are not whole, which is an error of its own. */
  prompts: number;
  /** Batches that it serves, and how often each is trained on. */
  batches: number;
  iterations: number;
  text: string;
}

/** Keys of a recipe, and numbers for entries of a list. */
type Path = readonly (string | number)[];

/** A step of a valid recipe, as rules see it. */
export interface StepFacts {
  plan: PlanStep;
  kind: KindDefinition;
  /** Where it stands in the recipe. */
  path: Path;
  written: Pick<RecipeStep, "accept" | "deviations">;
}

/** A valid recipe, as rules see it. */
export interface RecipeFacts {
  recipe: Recipe;
  steps: readonly StepFacts[];
  byId: ReadonlyMap<string, StepFacts>;
}

/** Something that knowledge of the trainers or of the paper says about a valid recipe. */
export interface Finding {
  code: Code;
  /** The step that it is about, whose `accept` counts. */
  step?: StepFacts;
  path: Path;
  message: string;
  at?: "key" | "value";
  suggestion?: string;
  related?: { message: string; path: Path; at?: "key" | "value" }[];
}

/** Looks at the steps of one kind; the others are in the recipe. */
type Rule = (steps: readonly StepFacts[], recipe: RecipeFacts) => Finding[];

export interface Curve {
  title: string;
  /** Name of the metric in the step's events. */
  metric: string;
  colour: "blue" | "green" | "orange" | "purple";
}

/** What a kind adds to a run's report. */
export interface KindReport {
  /** Where it stands: with the scores, or with what is said of data. */
  place: "scores" | "data";
  /** HTML, with all that is not its own escaped; empty for nothing. `pathOf` gives an artifact's folder or file. */
  section: (
    record: RunRecord,
    steps: readonly RunRecordStep[],
    pathOf: (artifact: Pick<Artifact, "uri" | "type">) => Promise<string>,
  ) => Promise<string>;
}
