import { printable } from "../words/escape.ts";
import { Answer } from "./answer.ts";
import { faultOf } from "./faults.ts";
import { ForgeError } from "./forge.ts";

const ANSWER_IN_MS = 20_000;
const LARGEST_ANSWER = 16 * 1024 * 1024;
const PER_PAGE = 100;
// 100 of each: what has more is told, never cut.
const MOST_PAGES = 100;

type Method = "GET" | "POST" | "PATCH" | "PUT";

/** Headers that log a request in; asked for each request, because some tokens live for an hour. */
export type Authorize = () => Promise<Record<string, string>>;

/**
 * A forge's JSON over HTTP. One request is one try: who calls decides whether and when there is another. No redirect is
 * followed, because the token would go along; time and size of answers are limited.
 */
export class ForgeClient {
  readonly #base: string;
  readonly #authorize: Authorize;

  /** `base`: URL that the documented paths follow, without a slash at its end. */
  constructor(base: string, authorize: Authorize) {
    this.#base = base;
    this.#authorize = authorize;
  }

  get(path: string): Promise<Answer> {
    return this.send("GET", path);
  }

  /** The whole of a list that comes in pages; `path` may have a query. */
  async list(path: string): Promise<Answer[]> {
    const found: Answer[] = [];
    const seen = `${path}${path.includes("?") ? "&" : "?"}per_page=${PER_PAGE}&limit=${PER_PAGE}`;
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const { answer, headers } = await this.#ask("GET", `${seen}&page=${page}`);
      found.push(...answer.items());
      // Forges give smaller pages than are asked for, so only this says whether there is another.
      if (!/;\s*rel="?next"?/i.test(headers.get("link") ?? "")) return found;
    }
    throw new ForgeError(
      "refused",
      `The forge lists more than ${MOST_PAGES} pages at ${printable(path, 80)}.`,
    );
  }

  /** Answers with what the forge says to a request that it took. */
  async send(method: Method, path: string, body?: object): Promise<Answer> {
    return (await this.#ask(method, path, body)).answer;
  }

  async #ask(method: Method, path: string, body?: object): Promise<{ answer: Answer; headers: Headers }> {
    const what = `${method} ${printable(path, 120)}`;
    const headers = {
      accept: "application/json",
      "user-agent": "reprise",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(await this.#authorize()),
    };
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#base + path, {
        ...{ method, headers, redirect: "manual", signal: AbortSignal.timeout(ANSWER_IN_MS) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      text = await readWithin(response, what);
    } catch (error) {
      throw error instanceof ForgeError ? error : unreached(error, what);
    }
    if (!response.ok) throw faultOf(response, text, what);
    return { answer: new Answer(parsed(text, what), what), headers: response.headers };
  }
}

async function readWithin(response: Response, what: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_ANSWER)
      throw new ForgeError("refused", `The forge's answer to ${what} is larger than 16 MB.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function unreached(error: unknown, what: string): ForgeError {
  const { name, cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  const late = name === "TimeoutError" || name === "AbortError";
  const why = late ? `no answer in ${ANSWER_IN_MS / 1000} s` : (cause?.code ?? cause?.message ?? message);
  return new ForgeError("unavailable", `The forge did not answer ${what}: ${printable(why, 120)}.`);
}

function parsed(text: string, what: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // As a proxy that wants a login answers, with 200.
    throw new ForgeError("unavailable", `The forge's answer to ${what} is no JSON: ${printable(text, 60)}`);
  }
}
