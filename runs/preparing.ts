import type { RunRecord } from "../schemas/generated/run-record.ts";
import type { Planned } from "./recipe/compile-recipe.ts";

/** What is found while a run is made ready, and does not keep it from starting. */
export type Found =
  /** Warnings of its recipe. */
  | ({ says: "findings" } & Pick<Planned, "diagnostics" | "texts">)
  /** What this machine did not answer, and what follows, in a sentence. */
  | { says: "unanswered"; sentence: string }
  /** A step's result in the store is damaged: it is made again. */
  | { says: "damaged"; step: string; text: string }
  /** What is other than when the run began, or went on before; `text` says it where the values alone would not. */
  | { says: "changed"; change: RunRecord["versions"][number]["changes"][number]; text?: string };

export type Tell = (found: Found) => void;
