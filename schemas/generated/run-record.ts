// Generated from schemas/run-record.schema.json by `npm run generate`. Do not edit.
/** What a finished, failed or cancelled run leaves. */
export interface RunRecord {
  record: 1;
  /** Run id. */
  run: string;
  status: "done" | "failed" | "cancelled";
  /** The recipe. */
  recipe: {
    /** Name. */
    name: string;
    /** Path as given. */
    path: string;
    /** SHA-256, in hexadecimal. */
    digest: string;
    profile: string | null;
  };
  /** SHA-256, in hexadecimal. */
  plan: string;
  /**
   * Earlier plans of this run, which was continued with another one, the oldest first.
   *
   * Items: One change.
   */
  versions: {
    /** Digest of the plan before. */
    plan: string;
    until: string;
    /** Items: What the next plan changed. */
    changes: {
      step: string | null;
      /** Dotted path in the step, or of the plan. */
      field: string;
      /** Value before. */
      from: unknown;
      /** Value after. */
      to: unknown;
    }[];
  }[];
  /** Git commit of the recipe's folder, with + when it had changes, with ? when Git did not say so in time. */
  commit: string | null;
  started: string;
  ended: string;
  seconds: number;
  steps: RunRecordStep[];
  /** What the run ran on. */
  environment: {
    /** Version. */
    reprise: string;
    /** Version. */
    node: string;
    python: string | null;
    /** SHA-256, in hexadecimal. */
    python_lock: string;
    server: string | null;
    ffmpeg: string | null;
    /** System and architecture. */
    platform: string;
    /** Processor. */
    cpu: string;
    cores: number;
    memory_gb: number;
    /** Items: Name. */
    gpus: string[];
    /**
     * Tools that were asked what there is, and gave no answer in time. Absent where all did.
     *
     * Items: Which, and for how long it was waited.
     */
    unanswered?: string[];
  };
  /** What the run's bytes may depend on, as the recipe had it. Absent from records of earlier versions. */
  reproducible?: {
    mode: "fastest" | "deterministic" | "portable";
    /** What every program of the run was given, by environment variable. */
    pinned: {
      [k: string]: string;
    };
  };
  /** Whether the run gave the same bytes as the run that the recipe's `reference` has of this profile; null without one. Absent from records of earlier versions. */
  reference?: {
    /** File of the reference, from the recipe's folder. */
    file: string;
    same: boolean;
    /** Steps of the reference. */
    steps: number;
    /** How many of them gave the same bytes. */
    equal: number;
    /** In a sentence. */
    because: string;
  } | null;
  /** Items: A stated difference from the paper. */
  deviations: {
    /** Step id. */
    step: string;
    /** Parameter. */
    parameter: string;
    /** The paper's value. */
    paper: unknown;
    /** The value used. */
    ours: unknown;
    /** Why. */
    reason: string;
  }[];
  claims: RunRecordClaim[];
  /** Whether the claims' p are corrected for their number. */
  correction?: "none" | "holm";
  failure: null | {
    step: string | null;
    /** Stable code. */
    code: string;
    /** What happened and what to do. */
    message: string;
  };
}
/** One step's outcome. */
export interface RunRecordStep {
  /** Step id. */
  id: string;
  /** Kind. */
  kind: string;
  status: "done" | "reused" | "failed" | "cancelled" | "skipped";
  /** What of the step's result could not be read, and is left out here: no claim on it is checked. Absent where all could. */
  unfit?: string;
  attempts: number;
  /** What each further attempt had from a checkpoint: optimizer steps, samples or videos. */
  resumed_from: number[];
  /** Optimizer steps, samples or videos that were done again after an attempt was lost. */
  repeated: number;
  /** Seconds from each checkpoint that was resumed (or the start) to the loss of that attempt, and until the next one began. */
  seconds_lost: number;
  /**
   * Why the result may differ from that of an undisturbed run; empty when it does not.
   *
   * Items: Why.
   */
  inexact: string[];
  started: string | null;
  ended: string | null;
  fingerprint: string | null;
  inputs: {
    [k: string]: RunRecordArtifact | string;
  };
  /** By parameter, the model on the hub that was really used. */
  hub?: {
    /** One model. */
    [k: string]: {
      /** Id on the hub, without its revision. */
      id: string;
      /** As the recipe names it. */
      revision: string | null;
      /** Commit that was taken. */
      commit: string;
    };
  };
  outputs: {
    [k: string]: RunRecordArtifact;
  };
  metrics: {
    [k: string]: number;
  };
  /** Path relative to the record. */
  log: string | null;
  /** Path relative to the record. */
  events: string | null;
  /** CPU threads that the step's program was given. */
  threads: number | null;
  failure: null | {
    /** Stable code. */
    code: string;
    /** What happened and what to do. */
    message: string;
  };
}
/** An artifact. */
export interface RunRecordArtifact {
  /** Path relative to the store's folder. */
  uri: string;
  /** SHA-256, in hexadecimal. */
  digest: string;
  /** dataset, frames, model, adapter, predictions or metrics. */
  type: string;
}
/** A judged claim. */
export interface RunRecordClaim {
  /** Claim id. */
  id: string;
  /** The claim in words. */
  says: string;
  source: string | null;
  /** What the paper says, as it is compared: a number, a relation. */
  paper?: string | null;
  verdict: "REPRODUCED" | "WITHIN NOISE" | "NOT REPRODUCED" | "INCONCLUSIVE" | "NOT CHECKED";
  /** Whether it counts in this profile. */
  counts?: boolean;
  value: number | null;
  /**
   * @minItems 2
   * @maxItems 2
   */
  interval: [number, number] | null;
  p: number | null;
  /** What the test or interval takes as independent; null without one of its own. */
  unit?: "seed" | "video" | "sample" | null;
  /** How many of them there are. */
  units?: number | null;
  /** What was compared with what. */
  because: string;
  /** Items: Path relative to the store's folder. */
  evidence: string[];
}
