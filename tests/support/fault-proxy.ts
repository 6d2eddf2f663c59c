import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterwards } from "./folders.ts";

/** A status, a connection that is cut in the middle of the reply's body, or no sign of life. */
type Fault = number | "cut" | "silent";

/** Which POST requests fail, counted from 1, and how; true takes the next of the usual faults. */
export type Fails = (n: number) => boolean | Fault;

interface ProxiedRequest {
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** What was done to it. */
  fault?: Fault | "down";
  /** Whether it got to the real server. */
  reached: boolean;
  /** What the client was told; undefined as long as it got no reply. */
  status?: number;
}

export interface FaultProxy {
  /** The API's base through the proxy. */
  url: string;
  /** Every POST so far, in order of arrival; the real server's are those that `reached`. */
  requests(): readonly ProxiedRequest[];
  /** Replaces which requests fail; the count goes on. */
  setFails(fails: Fails): void;
  /** That share of the requests fails from now on, evenly spread: 0.5 is every second one. */
  setRate(share: number): void;
  /** While it is down, every connection is cut at once. */
  setDown(down: boolean): void;
  stop(): Promise<void>;
}

const USUAL: Fault[] = [429, 500, "cut", 503, "silent"];

/**
 * A proxy in front of an API that makes chosen requests fail and hands on all others unchanged. What fails hangs on
 * the count alone. It ends after the test or file.
 */
export async function startFaultProxy(
  target: string,
  options: {
    fails?: Fails;
    /** Seconds in the Retry-After of a 429. */
    retryAfter?: number;
    /** How long a silent connection stays open. */
    silenceMs?: number;
  } = {},
): Promise<FaultProxy> {
  const { retryAfter = 1, silenceMs = 2_000 } = options;
  const { origin, pathname } = new URL(target);
  const requests: ProxiedRequest[] = [];
  let fails: Fails = options.fails ?? (() => false);
  let usual = 0;
  let down = false;

  const choose = (): Fault | undefined => {
    const chosen = fails(requests.length);
    if (chosen === true) return USUAL[usual++ % USUAL.length]!;
    return chosen === false ? undefined : chosen;
  };

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const seen: ProxiedRequest = {
      path: request.url!,
      headers: request.headers,
      body: body.toString("utf8"),
      reached: false,
    };
    let fault: Fault | undefined;
    if (request.method === "POST") {
      requests.push(seen);
      if (!down) fault = choose();
    }
    if (down) {
      seen.fault = "down";
      response.destroy();
    } else if (fault === "silent") {
      seen.fault = fault;
      await sleep(silenceMs, undefined, { ref: false });
      response.destroy();
    } else if (typeof fault === "number") {
      seen.fault = seen.status = fault;
      const headers = fault === 429 ? { "retry-after": String(retryAfter) } : {};
      response.writeHead(fault, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify({ error: { message: "made to fail by a test", code: fault } }));
    } else {
      if (fault !== undefined) seen.fault = fault;
      const reply = await handOn(origin, request, body, response, () => void (seen.reached = true));
      seen.status = reply.statusCode!;
      if (fault === "cut") await sendHalf(reply, response);
      else reply.pipe(response.writeHead(reply.statusCode!, reply.headers));
    }
  }

  const server = http.createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  afterwards(stop);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    requests: () => requests,
    setFails: (replaced) => void (fails = replaced),
    setRate: (share) => void (fails = (n) => Math.floor(n * share) > Math.floor((n - 1) * share)),
    setDown: (replaced) => void (down = replaced),
    stop,
  };
}

async function bodyOf(message: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The real server's reply; a client that goes away takes its request there with it. */
async function handOn(
  origin: string,
  { method, url, headers }: http.IncomingMessage,
  body: Buffer,
  response: http.ServerResponse,
  reached: () => void,
): Promise<http.IncomingMessage> {
  const { host: _, connection: __, ...others } = headers;
  // No agent: a connection of its own for each request tells whether the server was there.
  const onward = http.request(new URL(url!, origin), { method: method!, headers: others, agent: false });
  onward.once("socket", (socket) => socket.once("connect", reached));
  response.once("close", () => onward.destroy());
  onward.end(body);
  const [reply] = (await once(onward, "response")) as [http.IncomingMessage];
  return reply;
}

async function sendHalf(reply: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const whole = await bodyOf(reply);
  response.writeHead(reply.statusCode!, { ...reply.headers, "content-length": whole.byteLength });
  await new Promise<void>((resolve) =>
    response.write(whole.subarray(0, whole.byteLength >> 1), () => resolve()),
  );
  response.destroy();
}
