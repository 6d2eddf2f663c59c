// Generated from schemas/recipe.schema.json by `npm run generate`. Do not edit.
/** A Reprise recipe. */
export interface Recipe {
  /** Version of the recipe language. */
  recipe: 1;
  /** Short name; part of the run's id. */
  name: string;
  /** What the recipe reproduces. */
  description?: string;
  /** Recipe that this one changes, as a path from this file. Mappings are merged key by key, everything else is replaced; a key set to null is removed. */
  extends?: string;
  /** The paper. */
  paper?: {
    /** arXiv id, in quotes: 2503.12542 is also a number. */
    arxiv?: string;
    /** Title of the paper. */
    title?: string;
    /** Hardware that the paper used. */
    hardware?: string;
    /** File with the paper's tables, as a path from this recipe; or a mapping of that `file`, and under `steps` what this recipe calls the steps that the file names. `reprise conform` compares with it, and the linter warns of silent differences. */
    tables?:
      | string
      | {
          /** File with the paper's tables, as a path from this recipe. */
          file: string;
          /** By the step that the file names: the step or steps of this recipe, or an empty list for one that it leaves out. */
          steps?: {
            /** Steps of this recipe. */
            [k: string]: string | string[];
          };
        };
  };
  /** What a run is given: data and models on disk, values, and references to secrets. */
  inputs?: {
    [k: string]: RecipeInput;
  };
  /** The steps by id; a reference to another step's output is the dependency. */
  steps: {
    [k: string]: RecipeStep | RecipeGroup;
  };
  /** What the finished run is judged by. */
  claims?: RecipeClaim[];
  /** Whether the p of claims that are compared by a test is corrected for their number, by Holm's method. */
  correction?: "none" | "holm";
  accept?: RecipeAccept;
  /** What the run's bytes may depend on. On one CPU they are the same each time anyway. `deterministic`: on one kind of GPU too, by kernels that add in a fixed order, somewhat slower; what has none fails. `portable`: on every x86-64 processor with AVX2, by pinning what chooses its computing by the processor; for runs without GPUs. */
  reproducible?: "fastest" | "deterministic" | "portable";
  /** File with the digests of a reference run, as a path from this recipe; `reprise verify RUN --write-digests FILE` writes one. The run then says whether it gave the same bytes, or which step was the first to differ. */
  reference?: string;
  /** Declared overrides by name: dotted paths into this recipe with their other values. */
  profiles?: {
    [k: string]: {
      [k: string]: unknown;
    };
  };
}
/** Something that a run is given. */
export interface RecipeInput {
  /** What it is: a file or folder (path), a folder with questions and videos (dataset), a folder with a model, a folder of a type that a kind brings along (lab/pairs), a value (int, number, string, enum), or a reference to a secret. */
  type: string;
  /** What it is for. */
  description?: string;
  /** File or folder, from the folder of the file that says it. For path, dataset, model, and a type that a kind brings along. */
  path?: string;
  /** Expected digest of the file, or of the folder's manifest; a difference stops the run. */
  sha256?: string;
  /** Rows per split of a dataset, where they are known: the linter computes optimizer steps from them. */
  rows?: {
    /** Rows of this split. */
    [k: string]: number;
  };
  /** Value of an int, number, string or enum, unless --set gives another one. */
  default?: string | number;
  /**
   * The words that an enum may be.
   *
   * @minItems 1
   *
   * Items: A word.
   */
  values?: [string, ...string[]];
  /** Environment variable that holds a secret, on the machine that runs the step. */
  env?: string;
}
/** One step. */
export interface RecipeStep {
  /** Kind of the step; or the folder of a kind of your own, a path from this file that begins with a dot. */
  uses: string;
  /** Parameters of the kind. */
  with: {
    [k: string]: unknown;
  };
  /**
   * Steps to wait for where no reference says so.
   *
   * Items: A step id.
   */
  needs?: string[];
  /** The step is part of the plan only if this expression is true. It is decided before the run and cannot ask for results. */
  if?: string | boolean;
  matrix?: RecipeMatrix;
  /** Where values come from: parameter (or *) to a table, figure or file. */
  source?: {
    /** A place in the paper, or 'released code', or a library default. */
    [k: string]: string;
  };
  /** Parameters whose value differs from the paper's. */
  deviations?: {
    /** One difference. */
    [k: string]: {
      /** The paper's value. */
      paper: unknown;
      /** Why it differs. */
      reason: string;
    };
  };
  /** What the step takes while it runs. */
  resources?: {
    /** Processor cores; more than the machine has means all of them. */
    cpu?: number;
    /** Threads that a program's sums are split among; as many as `cpu` if left out. The same number gives the same bytes. With fewer than `cpu`, a training on a CPU uses a core that is left for a thread beside its own, without another byte. */
    threads?: number;
    /** GPUs. */
    gpu?: number;
    /** Which GPU is meant: `preflight` compares with its memory, and estimates hours by its speed. H100 if left out. */
    gpu_type?: "H100" | "H200" | "A100-80GB" | "A100-40GB" | "L40S" | "RTX-4090" | "RTX-3090";
    /** Processes of a training, each with a batch of its own; one for each GPU if left out. */
    processes?: number;
    /** Memory in GB. */
    memory_gb?: number;
  };
  /** What happens when the step's program fails. Lost workers, servers and preemptions are always tried again and do not count. */
  retry?: {
    /** Runs of the program in all. */
    attempts: number;
    /** Wait before the second run; doubled before each further one. */
    backoff?: string;
    /**
     * Failures that are tried again; all of them unless given.
     *
     * @minItems 1
     *
     * Items: exit: the program failed; oom: memory ran out; nan: the loss is no number; timeout: one attempt took too long; stalled: no progress; unavailable: a server that the step asks does not answer.
     */
    on?: [
      "exit" | "oom" | "nan" | "timeout" | "stalled" | "unavailable",
      ...("exit" | "oom" | "nan" | "timeout" | "stalled" | "unavailable")[],
    ];
  };
  /** Longest time for one attempt: 90s, 30m, 12h, 2d, or ISO 8601 such as PT10M. */
  timeout?: string;
  /** A program that reports no progress for this long is ended, and counts as failed. 1h for the kinds that run in Python, never for others. */
  stalled_after?: string;
  /** Resumable state inside the step. */
  checkpoint?: {
    /** Interval in optimizer steps, such as '10 steps', or in time. Where a training's state is whole only after several steps, it waits for that. */
    every?: string;
    /** Newest checkpoints that stay; two, so that one survives a torn save. */
    keep?: number;
    /** auto takes the newest whole checkpoint of the same work, never none, and <run>:<step>@<n> that one of an earlier run. */
    resume?: string;
  };
  /** Environment variables of the step's program, each a secret input. */
  secrets?: {
    /** ${{ inputs.<secret> }} */
    [k: string]: string;
  };
  accept?: RecipeAccept;
}
/** Values by key: the step runs once for each combination, with ${{ matrix.<key> }}. */
export interface RecipeMatrix {
  /**
   * Further combinations; each gives every key.
   *
   * Items: Values by key.
   */
  include?: {
    [k: string]: string | number | boolean;
  }[];
  /**
   * Combinations to leave out; a key that is not given fits every value.
   *
   * Items: Values by key.
   */
  exclude?: {
    [k: string]: string | number | boolean;
  }[];
  /**
   * Values of this key.
   *
   * @minItems 1
   */
  [k: string]:
    | [string | number | boolean, ...(string | number | boolean)[]]
    | {
        [k: string]: string | number | boolean;
      }[]
    | undefined;
}
/** Warnings that are known and stand, by code, with the reason. */
export interface RecipeAccept {
  /** Why it is right here. */
  [k: string]: string;
}
/** Steps that share a matrix or a condition. Their ids stand beside those of all other steps. */
export interface RecipeGroup {
  /** The step is part of the plan only if this expression is true. It is decided before the run and cannot ask for results. */
  if?: string | boolean;
  matrix?: RecipeMatrix;
  /** The steps by id. */
  steps: {
    [k: string]: RecipeStep;
  };
}
/** A number or relation that the finished run must show: 'metric' or 'that' with 'at_least', 'at_most', or the paper's 'value' and how near it must be; or 'better' with 'than'. Of a step with a matrix all cells are meant: its seeds. */
export interface RecipeClaim {
  /** Name of the claim. */
  id: string;
  /** The claim in words. */
  says?: string;
  /** A step's metric, as step.metric; of a matrix all cells, or those with the values in brackets. */
  metric?: string;
  /** An expression over metrics, as step.metric, or step['metric'] where the name is no word. */
  that?: string;
  /** Lowest value that counts. */
  at_least?: number;
  /** Highest value that counts. */
  at_most?: number;
  /** The paper's number. */
  value?: number;
  /** How near ours must be to the paper's number. One of them. */
  within?: {
    /** Largest distance. */
    absolute?: number;
    /** Largest distance, as a share of the paper's number. */
    relative?: number;
    /** Largest distance, in standard deviations over the seeds. */
    sd?: number;
    /** Our whole 95 % interval must lie within this distance: a test of equivalence. */
    margin?: number;
    /** The paper's number must lie in our 95 % interval, which may be this wide at most: of a wide one nothing follows. */
    interval?: number;
  };
  /** The paper's number was read from a figure, with this error; ours may be as much farther away. */
  digitised_error?: number;
  /** Step that evaluates and should be better; of a matrix all cells, or those with the values in brackets. */
  better?: string;
  /** Step that evaluates on the same samples, which it is compared with. */
  than?: string;
  /** The p of the paired test on the same samples must fall below this. */
  p_below?: number;
  /** Where the paper says so. */
  source?: string;
  /** Fewest different seeds that a verdict needs. */
  seeds?: number;
  /** The matrices' key whose values are the seeds: repetitions of one experiment. */
  seed_key?: string;
  /** What a comparison takes as independent: seeds, when it is about a method; videos (or samples without one), when it is about these very models. Seeds, if left out, where there are several. */
  unit?: "seed" | "video";
  /** Fewest samples of each evaluation that a verdict needs. */
  samples?: number;
  /**
   * Where the verdict counts. Anywhere, if left out; but a paper's 'value' only in 'full'.
   *
   * @minItems 1
   *
   * Items: A profile, or 'full' for the recipe without one.
   */
  counts_in?: [string, ...string[]];
}
