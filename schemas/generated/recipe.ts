// Generated from schemas/recipe.schema.json by `npm run generate`. Do not edit.
/**
 * A Reprise recipe.
 */
export interface Recipe {
  /**
   * Version of the recipe language.
   */
  recipe: 1;
  /**
   * Short name; part of the run's id.
   */
  name: string;
  /**
   * What the recipe reproduces.
   */
  description?: string;
  /**
   * The paper.
   */
  paper?: {
    /**
     * arXiv id, in quotes: 2503.12542 is also a number.
     */
    arxiv?: string;
    /**
     * Title of the paper.
     */
    title?: string;
    /**
     * Hardware that the paper used.
     */
    hardware?: string;
  };
  /**
   * Data and models that exist before the run.
   */
  inputs?: {
    [k: string]: RecipeInput;
  };
  /**
   * The steps by id; a reference to another step's output is the dependency.
   */
  steps: {
    [k: string]: RecipeStep;
  };
  /**
   * What the finished run is judged by.
   */
  claims?: RecipeClaim[];
  /**
   * Declared overrides by name: dotted paths into this recipe with their other values.
   */
  profiles?: {
    [k: string]: {
      [k: string]: unknown;
    };
  };
}
/**
 * Something that exists before the run.
 */
export interface RecipeInput {
  /**
   * What the folder holds.
   */
  type: "dataset" | "model";
  /**
   * Folder, relative to the working folder.
   */
  path: string;
  /**
   * Expected digest of the folder's manifest; a difference stops the run.
   */
  sha256?: string;
}
/**
 * One step.
 */
export interface RecipeStep {
  /**
   * Kind of the step.
   */
  uses:
    | "data/synthesize"
    | "frames/extract"
    | "model/tiny"
    | "train/sft"
    | "model/merge"
    | "train/grpo"
    | "eval/mcq";
  /**
   * Parameters of the kind.
   */
  with: {
    [k: string]: unknown;
  };
  /**
   * Steps to wait for where no reference says so.
   *
   * Items: A step id.
   */
  needs?: string[];
  /**
   * Where values come from: parameter (or *) to a table, figure or file.
   */
  source?: {
    /**
     * A place in the paper, or 'released code', or a library default.
     */
    [k: string]: string;
  };
  /**
   * Parameters whose value differs from the paper's.
   */
  deviations?: {
    /**
     * One difference.
     */
    [k: string]: {
      /**
       * The paper's value.
       */
      paper: unknown;
      /**
       * Why it differs.
       */
      reason: string;
    };
  };
  /**
   * What the step takes while it runs.
   */
  resources?: {
    /**
     * Processor cores; more than the machine has means all of them.
     */
    cpu?: number;
    /**
     * GPUs.
     */
    gpu?: number;
    /**
     * Memory in GB.
     */
    memory_gb?: number;
  };
  /**
   * What happens when the step's program fails.
   */
  retry?: {
    /**
     * Runs of the program in all. Lost workers and servers do not count.
     */
    attempts: number;
  };
  /**
   * Longest time for one attempt, such as 90s, 30m or 12h.
   */
  timeout?: string;
  /**
   * Resumable state inside the step.
   */
  checkpoint?: {
    /**
     * Interval in optimizer steps, such as '10 steps'.
     */
    every: string;
    /**
     * Newest checkpoints that stay; two, so that one survives a torn save.
     */
    keep?: number;
  };
}
/**
 * A number or relation that the finished run must show.
 */
export interface RecipeClaim {
  /**
   * Name of the claim.
   */
  id: string;
  /**
   * The claim in words.
   */
  says?: string;
  /**
   * A step's metric, as step.metric.
   */
  metric?: string;
  /**
   * Lowest value that counts.
   */
  at_least?: number;
  /**
   * Highest value that counts.
   */
  at_most?: number;
  /**
   * Step of kind eval/mcq that should be better.
   */
  better?: string;
  /**
   * Step of kind eval/mcq on the same samples that it is compared with.
   */
  than?: string;
  /**
   * McNemar's exact test on the same samples must fall below this.
   */
  p_below?: number;
  /**
   * Where the paper says so.
   */
  source?: string;
}
