// Generated from activities/data-split/schema.json by `npm run generate`. Do not edit.
/** Divide rows into 'train' and 'eval' so that no video is in both. */
export interface DataSplitParams {
  /** Rows to train on; without 'evaluation', part of them is held out. */
  training: string;
  /** Rows to evaluate on. */
  evaluation?: string;
  /** Share of each task and way that is held out, by whole videos, when there is no 'evaluation'. */
  evaluation_share?: number;
  /** What happens to videos that both sides name: the step fails, or their rows are dropped from one side. */
  overlap?: "refuse" | "drop-from-training" | "drop-from-evaluation";
  /** Rows to train on; 0 means all. Each smaller number gives a part of every larger one, with tasks and ways in the same shares. */
  rows?: number;
  /** Seed of everything random in this step. */
  seed?: number;
}
