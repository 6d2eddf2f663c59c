import { APIError } from "openai";

/** Tokens that a reply took, as the server counts them. */
export interface Spent {
  input_tokens: number;
  output_tokens: number;
}

/** What a server replied. */
export interface Answer extends Spent {
  /** The text; a refusal in the model's own words, where there is no other. */
  reply: string;
  served: string;
  truncated: boolean;
  /** Whether the model declined. */
  refused: boolean;
  /** Whether the server's filter held the reply, or its rest, back. */
  filtered: boolean;
}

/** What cannot be used of a server's 200: no whole chat completion, or one in a form that is not read. */
export class UnusableReply extends Error {
  /** What was paid for it all the same. */
  readonly spent: Spent | null;

  constructor(message: string, spent: Spent | null = null) {
    super(message);
    this.spent = spent;
  }
}

/** A reply that is no whole chat completion, as a proxy or a dying server gives. Another try may give one. */
export class BrokenReply extends UnusableReply {}

/** A whole completion in a form that is not read. Another try would give the same. */
export class UnreadableReply extends UnusableReply {}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  value !== null && typeof value === "object" && !Array.isArray(value);

type End = "whole" | "cut" | "filtered" | "refused" | "called" | "unsaid";

// Beside OpenAI's own words, those of other APIs that gateways hand through.
const ENDS = new Map<string, End>([
  ...["stop", "eos", "eos_token", "end_turn", "stop_sequence", "complete"].map(
    (end) => [end, "whole"] as const,
  ),
  ...["length", "max_tokens", "model_length", "max_output_tokens"].map((end) => [end, "cut"] as const),
  ...["content_filter", "safety", "recitation", "sensitive"].map((end) => [end, "filtered"] as const),
  ["refusal", "refused"],
  ...["tool_calls", "function_call", "tool_use"].map((end) => [end, "called"] as const),
]);
// Where servers put what is no text, and what the model thought: that is no reply.
const CALLS = ["tool_calls", "function_call", "audio"];
const THOUGHTS = ["reasoning_content", "reasoning"];
const THINKING = new Set(["thinking", "reasoning", "redacted_thinking"]);

/**
 * What the body of a 200 says, and whether the server counted its tokens. Throws BrokenReply for what is no whole chat
 * completion, UnreadableReply for one that is not read, and the client's own error where the body holds one with a status.
 */
export function readCompletion(body: unknown): { answer: Answer; counted: boolean } {
  if (!isObject(body)) throw new BrokenReply(`The server's reply is no chat completion: ${kindOf(body)}.`);
  const spent = spentOf(body["usage"]);
  const broken = (what: string) =>
    new BrokenReply(`The server's reply is no whole chat completion: ${what}.`, spent);
  const unread = (what: string) => new UnreadableReply(`The server's reply cannot be read: ${what}.`, spent);
  refuseError(body["error"], spent);
  const { choices } = body;
  if (!Array.isArray(choices) || choices.length === 0)
    throw broken(`'choices' is ${Array.isArray(choices) ? "empty" : kindOf(choices)}`);
  if (choices.length > 1) throw unread(`it has ${choices.length} choices, and one was asked for`);
  const choice: unknown = choices[0];
  if (!isObject(choice)) throw broken(`a choice is ${kindOf(choice)}`);
  refuseError(choice["error"], spent);
  const { message, finish_reason: reason } = choice;
  if (!isObject(message)) throw broken(`'message' is ${kindOf(message)}`);
  const end = endOf(reason);
  if (end === undefined) throw broken(`'finish_reason' is ${JSON.stringify(reason)?.slice(0, 60)}`);
  if (end === "called") throw unread("it calls a tool, and none was offered");
  const said = textOf(message["content"], unread);
  const [calls, thoughts] = [CALLS, THOUGHTS].map((keys) => keys.some((key) => holds(message[key])));
  if (said.text.trim() === "" && calls) throw unread("it calls a tool or speaks, and was asked for text");
  const refusal = [said.refusal, message["refusal"]].find(
    (text): text is string => typeof text === "string" && text.trim() !== "",
  );
  const blank = said.text.trim() === "";
  const declined = refusal !== undefined || end === "refused" || end === "filtered";
  if (blank && !declined && !thoughts && !said.thoughts && spent === null)
    throw broken("it is empty, and no tokens are counted for it");
  if (end === "unsaid" && (blank || spent === null)) throw broken("it does not say how it ended");
  return {
    answer: {
      reply: blank && refusal !== undefined ? refusal : said.text,
      served: typeof body["model"] === "string" ? body["model"] : "",
      truncated: end === "cut",
      refused: refusal !== undefined || end === "refused",
      filtered: end === "filtered",
      ...(spent ?? { input_tokens: 0, output_tokens: 0 }),
    },
    counted: spent !== null,
  };
}

function endOf(reason: unknown): End | undefined {
  if (reason === null || reason === undefined) return "unsaid";
  return typeof reason === "string" ? ENDS.get(reason.toLowerCase()) : undefined;
}

const holds = (value: unknown): boolean =>
  typeof value === "string" ? value.trim() !== "" : Array.isArray(value) ? value.length > 0 : isObject(value);

interface Said {
  text: string;
  refusal: string;
  /** Whether there are parts of the model's thinking. */
  thoughts: boolean;
}

/** The text of a message's content: a text, or a list of parts that are joined. */
function textOf(content: unknown, unread: (what: string) => Error): Said {
  if (content === null || content === undefined) return { text: "", refusal: "", thoughts: false };
  if (typeof content === "string") return { text: content, refusal: "", thoughts: false };
  if (!Array.isArray(content)) throw unread(`'content' is ${kindOf(content)}`);
  let [text, refusal, thoughts] = ["", "", false];
  for (const part of content as unknown[]) {
    const { type, text: own, refusal: declined } = isObject(part) ? part : { type: undefined };
    if (typeof part === "string") text += part;
    else if ((type === "text" || type === "output_text") && typeof own === "string") text += own;
    else if (type === "refusal" && typeof declined === "string") refusal += declined;
    else if (typeof type === "string" && THINKING.has(type)) thoughts = true;
    else
      throw unread(
        `a part of 'content' is ${type === undefined ? kindOf(part) : `of the type ${JSON.stringify(type)}`}`,
      );
  }
  return { text, refusal, thoughts };
}

/** Counted tokens; null where the server does not count, or counts what cannot be. */
function spentOf(usage: unknown): Spent | null {
  if (!isObject(usage)) return null;
  const { prompt_tokens: input_tokens, completion_tokens: output_tokens } = usage;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!isCount(input_tokens) || !isCount(output_tokens) || input_tokens + output_tokens === 0) return null;
  return { input_tokens, output_tokens };
}

// An error's own word, where it has no status.
const STATUS: Record<string, number> = {
  invalid_api_key: 401,
  insufficient_quota: 429,
  rate_limit_exceeded: 429,
  content_filter: 400,
  context_length_exceeded: 400,
  model_not_found: 404,
};

/** Servers that have begun to reply can tell an error in the body alone: it means what its status would. */
function refuseError(error: unknown, spent: Spent | null): void {
  if (error === undefined || error === null || error === false || error === "") return;
  if (isObject(error) && Object.keys(error).length === 0) return;
  const { message, code, status } = isObject(error) ? error : { message: error };
  const number = [code, status, STATUS[String(code)]]
    .map(Number)
    .find((one) => Number.isInteger(one) && one >= 400 && one < 600);
  if (number !== undefined && isObject(error))
    throw APIError.generate(number, { error }, undefined, new Headers());
  const text = typeof message === "string" ? message : (JSON.stringify(error) ?? "");
  throw new BrokenReply(`The server replied with an error: ${text.slice(0, 200)}.`, spent);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
