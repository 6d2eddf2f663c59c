import type { IncomingMessage } from "node:http";
import { serve } from "../../support/serve.ts";

export interface Asked {
  method: string;
  /** With its query. */
  path: string;
  headers: IncomingMessage["headers"];
  body: unknown;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  /** JSON, or a text as it is. */
  body?: unknown;
}

/** A forge that answers as its documentation says, by `GET /path` without the query; a list of replies is given one after the other. */
export async function scriptedForge(replies: Record<string, Reply | Reply[] | ((asked: Asked) => Reply)>) {
  const asked: Asked[] = [];
  const next = new Map<string, number>();
  const { url } = await serve((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const path = request.url!;
      const one: Asked = {
        ...{ method: request.method!, path, headers: request.headers },
        body: text === "" ? null : (JSON.parse(text) as unknown),
      };
      asked.push(one);
      const key = `${one.method} ${path.replace(/\?.*/, "")}`;
      const said = replies[key] ?? { status: 404, body: { message: "Not Found" } };
      const turn = next.get(key) ?? 0;
      next.set(key, turn + 1);
      const reply =
        typeof said === "function"
          ? said(one)
          : Array.isArray(said)
            ? (said[Math.min(turn, said.length - 1)] ?? {})
            : said;
      const { status = 200, headers = {}, body = {} } = reply;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  return { url, asked, of: (method: string) => asked.filter((one) => one.method === method) };
}
