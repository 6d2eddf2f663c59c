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
  /** The text; of a refusal, the model's words for it. */
  reply: string;
  /** Whether it was cut at the limit of new tokens. */
  truncated: boolean;
  /** Whether the model declined to reply. Recordings without 'filtered' count what a filter held back here as well. */
  refused: boolean;
  /** Whether the server's filter held the reply, or its rest, back. */
  filtered?: boolean;
  /** Tokens of the prompt, as the server counts them; 0 where it does not. */
  input_tokens: number;
  /** Tokens of the reply. */
  output_tokens: number;
}
