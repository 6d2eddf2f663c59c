import OpenAI from "openai";
import type {
  ChatCompletion,
  ChatCompletionCreateParamsNonStreaming,
} from "openai/resources/chat/completions";

/** The body of a request. */
export type ChatRequest = ChatCompletionCreateParamsNonStreaming;

/** The model and how it samples, as a request says it. Without a temperature the key itself is left out. */
export function samplingOf(params: {
  model: string;
  temperature: number | null;
  max_completion_length: number;
}): Pick<ChatRequest, "model" | "temperature" | "max_completion_tokens"> {
  const { model, temperature, max_completion_length: most } = params;
  return { model, ...(temperature === null ? {} : { temperature }), max_completion_tokens: most };
}

/** What a server replied. */
export interface Answer {
  reply: string;
  served: string;
  truncated: boolean;
  refused: boolean;
  input_tokens: number;
  output_tokens: number;
}

/** A reply that is no chat completion, as a proxy in front of the server may give. */
export class BrokenReply extends Error {}

/** A server with an OpenAI-compatible API. Each request is one try: whoever asks decides about more. */
export class ApiServer {
  readonly #client: OpenAI;

  constructor({ baseUrl, key, timeoutSeconds }: { baseUrl: string; key: string; timeoutSeconds: number }) {
    this.#client = new OpenAI({
      baseURL: baseUrl,
      apiKey: key,
      // Else taken from this process's environment.
      organization: null,
      project: null,
      maxRetries: 0,
      fetch: wholeWithin(timeoutSeconds * 1000),
    });
  }

  /** Asks once. Throws the client's errors, or BrokenReply. */
  async ask(request: ChatRequest, signal: AbortSignal): Promise<Answer> {
    const completion = await this.#client.chat.completions.create(request, { signal });
    return readCompletion(completion);
  }
}

/** What a chat completion says. Throws BrokenReply for anything else. */
export function readCompletion(completion: Partial<ChatCompletion> | string | null): Answer {
  const choice = typeof completion === "object" ? completion?.choices?.[0] : undefined;
  if (typeof completion !== "object" || choice?.message === undefined)
    throw new BrokenReply("The server's reply is no chat completion.");
  const { message, finish_reason: end } = choice;
  return {
    reply: message.content ?? "",
    served: completion?.model ?? "",
    truncated: end === "length",
    refused: end === "content_filter" || typeof message.refusal === "string",
    input_tokens: completion?.usage?.prompt_tokens ?? 0,
    output_tokens: completion?.usage?.completion_tokens ?? 0,
  };
}

/** The client's own timeout ends when a reply begins; this one when it is whole. */
function wholeWithin(milliseconds: number): typeof fetch {
  return async (input, init) => {
    const signals = [init?.signal ?? [], AbortSignal.timeout(milliseconds)].flat();
    const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
    const body = await response.arrayBuffer();
    return new Response(body.byteLength > 0 ? body : null, response);
  };
}
