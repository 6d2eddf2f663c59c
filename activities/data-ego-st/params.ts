// Generated from activities/data-ego-st/schema.json by `npm run generate`. Do not edit.
/** Read the released annotations of Ego-ST Bench into one dataset, and report what is wrong with them. */
export interface DataEgoStParams {
  /** The training file (.jsonl), an annotation file of the benchmark (.json), or a folder of them. */
  annotations: string;
  /** What happens to rows with a known defect: kept as they are, left out (unless only the spelling is wrong), or repaired where that needs no guess and left out where it does. */
  policy?: "as-released" | "exclude" | "repair";
  /** Key of the gold letter in the benchmark's multiple-choice files, which no released script reads. */
  answer_key?: string;
}
