// Generated from activities/model-merge/schema.json by `npm run generate`. Do not edit.
/** Merge an adapter into its base, with processor and chat template, and check that the result loads and agrees. */
export interface ModelMergeParams {
  /** The base of the adapter: a step's model, or <organisation>/<name>@<commit> on the Hugging Face hub. */
  model: string;
  /** The adapter to merge. */
  adapter: string;
  /** Frames per clip of the probe. */
  frames?: number;
}
