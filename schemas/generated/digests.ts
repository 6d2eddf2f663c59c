// Generated from schemas/digests.schema.json by `npm run generate`. Do not edit.
/** What runs of a recipe gave, byte for byte: written by `reprise verify RUN --write-digests FILE`, and compared with by `reprise verify RUN --digests FILE`, or by every run of a recipe that names the file as its `reference`. */
export interface Digests {
  /** Version of this format. */
  digests: 1;
  /** Name of the recipe. */
  recipe: string;
  /**
   * One run for each profile.
   *
   * @minItems 1
   */
  runs: [DigestsRun, ...DigestsRun[]];
}
/** One run. */
export interface DigestsRun {
  /** Profile of the recipe; null for none. */
  profile: string | null;
  /** As the recipe had it. */
  reproducible: "fastest" | "deterministic" | "portable";
  /** When the run ended. */
  made: string;
  /** Processor that it ran on. */
  cpu: string;
  /** System and architecture. */
  platform: string;
  /** The steps by id, in the plan's order. */
  steps: {
    [k: string]: DigestsStep;
  };
}
/** One step. */
export interface DigestsStep {
  /** Names what the step was asked: parameters, inputs, versions of its tools. */
  fingerprint: string;
  /** SHA-256 of each output's content. */
  outputs: {
    [k: string]: string;
  };
}
