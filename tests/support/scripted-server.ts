import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterwards } from "./folders.ts";

/** What a server sends: a status, a body as it goes over the wire, and headers beside `content-type: application/json`. */
export interface Sent {
  status?: number;
  body: unknown;
  /** The connection breaks instead. */
  breaks?: boolean;
  headers?: Record<string, string>;
}

/** A scripted reply to the n-th asking, from 0, of what has one name. */
export type Script = (n: number) => Sent;

export interface ScriptedServer {
  url: string;
  /** How often each name was asked for. */
  asked(name: string): number;
  /** The user's text of each request, in order. */
  texts(): readonly string[];
}

/** A chat completion with a content, and what else its choice, its message or it itself holds. */
export const completion = (
  content: unknown,
  { message, choice, more }: { message?: object; choice?: object; more?: object } = {},
): Sent => ({
  body: {
    ...{ id: "one", object: "chat.completion", created: 1, model: "closed-1" },
    choices: [
      { index: 0, message: { role: "assistant", content, ...message }, finish_reason: "stop", ...choice },
    ],
    usage: { prompt_tokens: 20, completion_tokens: 3, total_tokens: 23 },
    ...more,
  },
});

/**
 * A server with an OpenAI-compatible API that replies by scripts. A request's script is that whose name stands in its texts as
 * "[name]"; without one it gets `usual`. It ends after the test or file.
 */
export async function startScriptedServer(
  scripts: Record<string, Script>,
  usual: Script = () => completion("A"),
): Promise<ScriptedServer> {
  const counts = new Map<string, number>();
  const texts: string[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const name =
        [...body.matchAll(/\[([\w-]+)\]/g)].map(([, one]) => one!).find((one) => one in scripts) ?? "";
      const n = counts.get(name) ?? 0;
      counts.set(name, n + 1);
      texts.push(body);
      const { status = 200, body: sent, breaks = false, headers = {} } = (scripts[name] ?? usual)(n);
      if (breaks) return void request.socket.destroy();
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(Buffer.isBuffer(sent) || typeof sent === "string" ? sent : JSON.stringify(sent));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: (name) => counts.get(name) ?? 0,
    texts: () => texts,
  };
}
