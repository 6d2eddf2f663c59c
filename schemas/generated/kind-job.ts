// Generated from schemas/kind-job.schema.json by `npm run generate`. Do not edit.
/** What the program of a kind from outside is asked to do: the file that REPRISE_JOB names. Paths are absolute. */
export interface KindJob {
  /** Version of this form. */
  job: 1;
  /** Name of the kind. */
  kind: string;
  /** Id of the step. */
  step: string;
  /** The step's parameters, every default written out; those that take an artifact stand under inputs. */
  params: {
    [k: string]: unknown;
  };
  /** Folder or file of each artifact by its parameter (parameter.name where it takes several); or an id on the hub, which may end with @revision. */
  inputs: {
    /** An absolute path. */
    [k: string]: string;
  };
  /** Where to write each output, by name. */
  outputs: {
    /** An absolute path. */
    [k: string]: string;
  };
  /** Folder for checkpoints. */
  checkpoints: string;
  /** The checkpoint to go on from; null for a fresh start. */
  resume: string | null;
  /** How often the recipe wants a checkpoint: one of the two is null. */
  checkpoint: {
    /** Steps of the program. */
    every_steps: number | null;
    /** Seconds. */
    every_seconds: number | null;
  };
  /** Event file to append to. */
  events: string;
  /** Processor cores that it may use. */
  threads: number;
  /** Its parameter seed; null where it has none. */
  seed: number | null;
}
