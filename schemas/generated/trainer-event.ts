// Generated from schemas/trainer-event.schema.json by `npm run generate`. Do not edit.
/** One line of an event file. */
export type TrainerEvent =
  | {
      event: "attempt";
      /** Seconds since 1970. */
      time: number;
      /** Attempts in all, whoever made them. */
      number: number;
      /** Host and process of the worker. */
      worker: string;
      /** What is being made: an edited recipe makes something else. */
      fingerprint: string;
    }
  | {
      event: "progress";
      /** Seconds since 1970. */
      time: number;
      done: number;
      total: number;
      /** What is counted: step, sample, video. */
      unit: string;
    }
  | {
      event: "metrics";
      /** Seconds since 1970. */
      time: number;
      step: number;
      values: {
        [k: string]: number;
      };
    }
  | {
      event: "checkpoint";
      /** Seconds since 1970. */
      time: number;
      step: number;
      /** Complete checkpoint. */
      directory: string;
    }
  | {
      event: "resumed";
      /** Seconds since 1970. */
      time: number;
      /** Units of work that this attempt has from a checkpoint. */
      done: number;
    }
  | {
      event: "hub";
      /** Seconds since 1970. */
      time: number;
      /** Parameter that names the model. */
      parameter: string;
      /** Id on the hub, without its revision. */
      id: string;
      /** As the recipe names it. */
      revision: string | null;
      /** Commit that was taken. */
      commit: string;
    }
  | {
      event: "gate";
      /** Seconds since 1970. */
      time: number;
      /** Name of the check that passed. */
      name: string;
      /** What was measured. */
      seen: string;
    }
  | {
      event: "message";
      /** Seconds since 1970. */
      time: number;
      /** A sentence. */
      text: string;
      /** Whether the sentence stands in the report too. */
      report?: boolean;
    };
