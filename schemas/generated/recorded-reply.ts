// Generated from schemas/recorded-reply.schema.json by `npm run generate`. Do not edit.
/** One line of a cassette: a reply of a model behind an API, and what was asked. */
export interface RecordedReply {
  /** SHA-256 of what was asked: model, texts, frames, sampling. */
  request: string;
  /** Which asking of the same request. */
  ask: number;
  /** The question. */
  id: string;
  /** When the reply came, in UTC. */
  asked: string;
  /** Name under which the server says that it replied. */
  served: string;
  /** The text. */
  reply: string;
  /** Whether it was cut at the limit of new tokens. */
  truncated: boolean;
  /** Whether the server or the model declined to reply. */
  refused: boolean;
  /** Tokens of the prompt, as the server counts them. */
  input_tokens: number;
  /** Tokens of the reply. */
  output_tokens: number;
}
