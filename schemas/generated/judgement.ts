// Generated from schemas/judgement.schema.json by `npm run generate`. Do not edit.
/** What a judge replies: one score for each of the paper's three parts. */
export interface Judgement {
  /** Direction: the turns and their order. */
  direction: 0 | 1 | 2 | 3 | 4 | 5;
  /** Landmarks: the objects and places on the way. */
  landmarks: 0 | 1 | 2 | 3 | 4 | 5;
  /** Logical Semantics: whether it means the same, and hangs together. */
  logic: 0 | 1 | 2 | 3 | 4 | 5;
}
