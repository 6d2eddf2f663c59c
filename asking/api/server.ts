import OpenAI from "openai";
import type { ChatCompletionCreateParamsNonStreaming } from "openai/resources/chat/completions";
import prettyBytes from "pretty-bytes";
import { BrokenReply, readCompletion, UnreadableReply, type Answer } from "./completion.ts";

// A reply of 100,000 tokens with all that servers add has a few megabytes.
const MOST_BYTES = 32e6;

/** The body of a request. */
export type ChatRequest = ChatCompletionCreateParamsNonStreaming;

/** Parameters that say how a model replies. */
export interface Sampling {
  model: string;
  temperature: number | null;
  max_completion_length: number;
}

/** The model and how it samples, as a request says it. Without a temperature the key itself is left out. */
export function samplingOf(
  params: Sampling,
): Pick<ChatRequest, "model" | "temperature" | "max_completion_tokens"> {
  const { model, temperature, max_completion_length: most } = params;
  return { model, ...(temperature === null ? {} : { temperature }), max_completion_tokens: most };
}

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

  /** Asks once; `counted` says whether the server counted the tokens. Throws the client's errors, or UnusableReply. */
  async ask(request: ChatRequest, signal: AbortSignal): Promise<{ answer: Answer; counted: boolean }> {
    const response = await this.#client.chat.completions.create(request, { signal }).asResponse();
    return readCompletion(jsonOf(Buffer.from(await response.arrayBuffer())));
  }
}

/** The JSON of a body, whatever its content type says. Throws BrokenReply with what it is instead. */
function jsonOf(body: Buffer): unknown {
  const broken = (what: string) => new BrokenReply(`The server's reply is no chat completion: ${what}.`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body).trim();
  } catch {
    throw broken("it is not UTF-8");
  }
  if (text === "") throw broken("it is empty");
  try {
    return JSON.parse(text);
  } catch {
    if (text.startsWith("<")) throw broken("it is a page of HTML or XML");
    if (/^(?:data|event|id|retry)?:/.test(text))
      throw broken("it is a stream of events, and none was asked for");
    throw broken(`it is no JSON, or cut: ${JSON.stringify(text.slice(-60))} is its end`);
  }
}

/** The client's own timeout ends when a reply begins; this one when it is whole. */
function wholeWithin(milliseconds: number): typeof fetch {
  return async (input, init) => {
    const signals = [init?.signal ?? [], AbortSignal.timeout(milliseconds)].flat();
    const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
    const body = await bodyOf(response).catch((error: unknown) => {
      const { cause } = error as { cause?: { code?: unknown } };
      // It was there, but not packed as it said.
      if (String(cause?.code).startsWith("Z_"))
        throw new BrokenReply("The server's reply cannot be unpacked: it is cut, or not packed as it says.");
      throw error;
    });
    return new Response(body.byteLength > 0 ? body : null, response);
  };
}

/** A reply's bytes as they come, as many as a reply can have: what goes on for ever must not fill the memory. */
async function bodyOf(response: Response): Promise<Buffer<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    // Leaving the loop closes the connection.
    if (size > MOST_BYTES)
      throw new UnreadableReply(
        `The server's reply is no chat completion: it has more than ${prettyBytes(MOST_BYTES)}.`,
      );
    parts.push(part);
  }
  return Buffer.concat(parts);
}
