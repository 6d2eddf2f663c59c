// Generated from schemas/question.schema.json by `npm run generate`. Do not edit.
/** One line of a dataset's questions.jsonl. */
export interface Question {
  /** Unique in the dataset, and the same in every cut of it. */
  id: string;
  /** The video that is asked about: a path from the dataset's folder, or a name under the folder of videos. Left out where the text is all. */
  video?: string;
  /** Split that the row belongs to. */
  split: string;
  /** What is asked for, such as direction, landmark, action or route. */
  task: string;
  /** The way that is asked about: there, or back. Left out where there is none. */
  way?: "forward" | "reverse";
  /** Part of the benchmark, such as part1. */
  part?: string;
  /** The question, without options and instructions. */
  question: string;
  /** Texts that begin with their letter. Empty, or left out, for an open question. */
  options?: string[];
  /** Gold letter; null, or left out, for a row that is trained or judged, but not scored by letter. */
  answer?: string | null;
  /** Reference answer in words: of an open question, or the gold option's text. */
  reference?: string;
  /** The question about the other way, with its reference answer. */
  opposite?: {
    /** Its question. */
    question: string;
    /** Its reference answer. */
    reference: string;
  };
  /** What a model learns to reply, by name: letter, reverse-thinking. */
  targets: {
    [k: string]: string;
  };
  /** Where the row comes from. */
  source?: {
    /** Name of the annotation file. */
    file: string;
    /** Its line, from 1. */
    line?: number;
    /** Its key, in a file that is one object. */
    key?: string;
  };
}
