// Generated from activities/run-command/schema.json by `npm run generate`. Do not edit.
/** Run any program. It can be resumed from checkpoints of its own; docs/run-command.md says how. */
export interface RunCommandParams {
  /**
   * Program and arguments, one entry each; no shell reads them. {inputs.<name>} and {outputs.<name>} become paths.
   *
   * @minItems 1
   *
   * Items: One argument.
   */
  argv: [string, ...string[]];
  /** What the program reads, by name: ${{ steps.<step>.outputs.<output> }} or ${{ inputs.<input> }}. Give the program's own files here too, or a change of them is not noticed. */
  inputs?: {
    /** A reference. */
    [k: string]: string;
  };
  /** What the program must leave, by name: its type. dataset, frames, model and adapter are folders, predictions and metrics are files. */
  outputs?: {
    /** Type of the output. */
    [k: string]: "path" | "dataset" | "frames" | "model" | "adapter" | "predictions" | "metrics";
  };
  /**
   * Names of all metrics that the program reports. With them a claim on another name is an error before the run; and the step fails when it ends without one of them, or reports another.
   *
   * Items: Name of a metric.
   */
  metrics?: string[];
  /** Environment variables of the program; numbers and words reach it as they are written, such as 1.10. Secrets do not belong here. */
  env?: {
    /** Value. */
    [k: string]: string | number | boolean;
  };
  /** A lock file of Python packages with hashes, as ${{ inputs.<input> }}: the program runs in an environment that has them and nothing else, made once and kept. It decides the result, with the version of the trainers' Python. */
  environment?: string;
  /**
   * Environment variables of the worker that the program gets beside the usual ones (docs/run-command.md lists those): names, or beginnings with a * behind. Their values decide the result. Secrets do not belong here.
   *
   * Items: A name, or the beginning of names with a * behind.
   */
  pass_env?: string[];
}
