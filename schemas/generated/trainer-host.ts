// Generated from schemas/trainer-host.schema.json by `npm run generate`. Do not edit.
/** A line by which the Python process that has loaded the trainers' libraries answers its worker. */
export type TrainerHost =
  | {
      says: "up";
    }
  | {
      says: "ready";
    }
  | {
      says: "unfit";
      /** Why, in words. */
      why: string;
    }
  | {
      says: "begun";
      /** The number by which it was asked for. */
      step: number;
      /** The step's process, which leads a group of its own. */
      pid: number;
    }
  | {
      says: "refused";
      /** The number by which it was asked for. */
      step: number;
      /** Why, in words. */
      why: string;
    }
  | {
      says: "ended";
      /** The number by which it was asked for. */
      step: number;
      /** Its exit code; below 0 the signal that ended it. */
      code: number;
    };
