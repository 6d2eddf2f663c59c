// Generated from activities/eval-judge/schema.json by `npm run generate`. Do not edit.
/** Scores replies to open questions by a judge model in three parts, 0 to 5 each: direction, landmarks, logic. */
export interface EvalJudgeParams {
  /** Name of the model, as the server knows it. A dated version, where there is one. */
  model: string;
  /** Day on which the model is asked: a closed model changes under its name. Replies of another day are counted. */
  date: string;
  /** Address of the server's API, such as https://api.openai.com/v1. The step's secret OPENAI_API_KEY is its key. */
  base_url: string;
  /** Sampling temperature. null leaves it out, for models that refuse it. */
  temperature?: number | null;
  /** Replies that an earlier run recorded: its output 'cassette', or a file of that form. */
  cassette?: string;
  /** replay: only recorded replies, without network; extend: what is not recorded is asked; compare: all is asked again, and replies that differ are counted. */
  cassette_use?: "replay" | "extend" | "compare";
  /** How fast and how often the server is asked, and for how much. */
  limits?: {
    /** Requests at once. */
    concurrency?: number;
    /** Requests begun in a minute, evenly spaced. */
    requests_per_minute?: number;
    /** Most seconds that one reply may take, to its last byte. */
    timeout_seconds?: number;
    /** Tries per reply after errors that may pass: 408, 409, 429, 5xx, a broken connection, a 200 that is no whole reply. The wait doubles from half a second to 30 seconds, or is as long as the server says, up to 60 seconds. */
    attempts?: number;
    /** A server that has given no reply for so long is down: the step fails, and goes on from there when it is run again. Where the server still replies to what it replied to before, the question that waits has one more try instead. */
    give_up_seconds?: number;
    /** What may be spent, counted over all attempts of the step. Requests in flight may go over it. Of tokens or cost only with a server that counts tokens. */
    budget?: {
      /** Most replies. */
      replies?: number;
      /** Most tokens, of prompts and replies together. */
      tokens?: number;
      /** Most money, in the prices' currency. */
      cost?: number;
      /** Price of a million tokens of prompts. */
      input_price?: number;
      /** Price of a million tokens of replies. */
      output_price?: number;
    };
  };
  /** Replies to open questions, from eval/open or eval/open-api. */
  replies: string;
  /** symmetric: turns and landmarks that are missing and that are added both cost; as-released: added turns and missing landmarks alone, as in ST-R1's code. */
  rubric?: "symmetric" | "as-released";
  /** How often each reply is judged. ST-R1's code judges once. */
  repeats?: number;
  /** Least share of the replies that must have a score: below it there is no result. */
  coverage?: number;
  /** Most new tokens of a judgement. */
  max_completion_length?: number;
}
