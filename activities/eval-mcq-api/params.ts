// Generated from activities/eval-mcq-api/schema.json by `npm run generate`. Do not edit.
/** Multiple-choice accuracy of a model behind an OpenAI-compatible API on one split. */
export interface EvalMcqApiParams {
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
  /** Frames and questions. */
  dataset: string;
  /** Split to evaluate on. */
  split: string;
  /** Frames per clip; must be what frames/extract cut. */
  frames?: number;
  /** Most new tokens of a reply. ST-R1's inference code allows 512. */
  max_completion_length?: number;
  /** How a question is put to the model: plain (question and options), letter (asks for the letter alone), or tags (asks for thinking and an answer tag). */
  prompt?: "plain" | "letter" | "tags";
  /** Size of the frames that are sent; must be what frames/extract cut. */
  size?: string;
}
