// Generated from schemas/kinds/run-command.schema.json by `npm run generate`. Do not edit.
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
  /** Environment variables of the program; numbers and words reach it as they are written, such as 1.10. Secrets do not belong here. */
  env?: {
    /** Value. */
    [k: string]: string | number | boolean;
  };
}
