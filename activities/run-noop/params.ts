// Generated from activities/run-noop/schema.json by `npm run generate`. Do not edit.
/** Do nothing: for the shape of a plan, and to measure the engine. */
export interface RunNoopParams {
  /** Tells one from another. */
  value?: string | number | boolean;
}
