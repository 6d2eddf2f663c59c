// Generated from schemas/trainer-job.schema.json by `npm run generate`. Do not edit.
/** What the engine asks one run of the trainer to do. Paths are absolute. */
export interface TrainerJob {
  /** The step's kind: one that the trainer has a module for. */
  kind: string;
  /** The step's parameters, every default written out. */
  params: {
    [k: string]: unknown;
  };
  /** Parameter name to directory, or to an id on the hub, which may end with @revision. */
  inputs: {
    [k: string]: string;
  };
  /** Output name to the place to write it. */
  outputs: {
    [k: string]: string;
  };
  /** Event file to append to. */
  events: string;
  /** Result file to write last, by rename. */
  result: string;
  /** Resumable state. */
  checkpoints: {
    /** Folder of the checkpoints. */
    directory: string;
    /** Optimizer steps between two checkpoints. */
    every_steps: number | null;
    /** Or seconds between them. */
    every_seconds: number | null;
    keep: number;
    /** Resume key, written into the marker. */
    key: string;
    /** Parameters that may differ between a checkpoint and the run that resumes it; written into the marker. */
    fields: {
      [k: string]: unknown;
    };
    /** Why the state may differ from that of an undisturbed run; written into the marker. */
    inexact: string[];
    /** Complete checkpoint to go on from. */
    resume: string | null;
  };
  seed: number;
  /** CPU threads that sums are split among. */
  threads: number;
  /** Whether the step has a core for a thread beside those. */
  beside: boolean;
  /** What the step's bytes may depend on. */
  reproducible: "fastest" | "deterministic" | "portable";
}
