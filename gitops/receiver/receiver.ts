import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { bodyOf, discard, isPlainJson, saysTooLarge } from "./body.ts";
import { coalesce } from "./coalesce.ts";
import { isGenuine, type Proof } from "./signature.ts";
import { keyOf, Rate } from "./rate.ts";

/** A repository that deliveries may hurry. */
export interface Hook {
  /** Its name in the operator's file: deliveries come to /hooks/<name>. */
  repository: string;
  proof: Proof;
  secret: string;
}

interface ReceiverOptions {
  host: string;
  /** 0: any that is free. */
  port: number;
  hooks: readonly Hook[];
  /** Has a repository's heads read. Throws when that cannot be asked for: the delivery gets 503, and polling finds what it told. */
  poke: (repository: string) => Promise<void>;
}

export interface Receiver {
  host: string;
  port: number;
  /** How many requests were answered, by HTTP status. */
  answered: ReadonlyMap<number, number>;
  close: () => Promise<void>;
}

const WHOLE_REQUEST_MS = 10_000;
const HEADERS_MS = 5_000;
// Each may hold a body: 128 MB at worst.
const MOST_CONNECTIONS = 128;
const POKE_MS = 8_000;
const POKES_APART_MS = 250;
// Deliveries of one forge come from few addresses: 600 in a minute go through.
const BY_ADDRESS = { burst: 200, perSecond: 10 };
const BY_REPOSITORY = { burst: 200, perSecond: 10 };
// What a hook of all events sends beside these would only cost requests; above all, what our own statuses cause.
const EVENTS = new Set([
  ...["push", "create", "delete", "pull_request", "pull_request_sync", "pull_request_comment"],
  ...["issue_comment", "repository"],
  ...["push hook", "tag push hook", "merge request hook", "note hook"],
]);

/**
 * Takes deliveries of webhooks. Nothing of a payload is read: that one came, and that it is genuine, is all that counts, and
 * what is new is read from the repository. So a forged, repeated, late or cut delivery can cause nothing.
 */
export async function startReceiver({ host, port, hooks, poke }: ReceiverOptions): Promise<Receiver> {
  const known = new Map(hooks.map((hook) => [hook.repository, hook]));
  // Who asks for a repository that is not there waits as long, and hears the same, as with a wrong signature.
  const nobody: Hook = { repository: "", proof: "signature", secret: randomBytes(32).toString("hex") };
  const [addresses, repositories] = [new Rate(BY_ADDRESS), new Rate(BY_REPOSITORY)];
  const hurry = coalesce(poke, POKES_APART_MS);
  const answered = new Map<number, number>();

  async function answerOf(request: IncomingMessage, response: ServerResponse): Promise<Said> {
    const place = /^\/hooks\/(?<name>[A-Za-z0-9][A-Za-z0-9._-]{0,99})$/.exec(request.url ?? "");
    if (place === null) return NOT_HERE;
    if (request.method !== "POST") return { status: 405, says: "Deliveries are POSTed.", allow: "POST" };
    if (!addresses.take(keyOf(request.socket.remoteAddress ?? ""), performance.now())) return TOO_MANY;
    if (!isPlainJson(request))
      return { status: 415, says: "Set the webhook's content type to application/json." };
    if (saysTooLarge(request)) return TOO_LARGE;
    if (request.headers.expect !== undefined) response.writeContinue();
    const body = await bodyOf(request);
    if (body === null) return TOO_LARGE;
    const hook = known.get(place.groups!["name"]!) ?? nobody;
    if (!isGenuine(hook.proof, request.headers, body, hook.secret)) return NOT_GENUINE;
    const event = request.headers["x-github-event"] ?? request.headers["x-gitlab-event"];
    if (event !== undefined && !EVENTS.has(String(event).toLowerCase()))
      return { status: 202, says: "Nothing is done for this event." };
    if (!repositories.take(hook.repository, performance.now())) return TOO_MANY;
    return (await within(hurry(hook.repository), POKE_MS))
      ? { status: 202, says: "The repository is looked at." }
      : AWAY;
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    answerOf(request, response)
      .then(async (said) => {
        answered.set(said.status, (answered.get(said.status) ?? 0) + 1);
        // Who waits to be told to go on has nothing more to send.
        if (request.headers.expect === undefined && !request.complete) await discard(request);
        send(request, response, said);
      })
      // It broke off, or was too long.
      .catch(() => request.destroy());
  }

  const server = createServer(
    {
      ...{ requestTimeout: WHOLE_REQUEST_MS, headersTimeout: HEADERS_MS, keepAliveTimeout: HEADERS_MS },
      ...{ connectionsCheckingInterval: 1_000, maxHeaderSize: 16 * 1024 },
    },
    handle,
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.on("checkContinue", handle);
  server.listen({ host, port });
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  return {
    ...{ host, port: bound, answered },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), HEADERS_MS).unref();
      await closed;
    },
  };
}

interface Said {
  status: number;
  says: string;
  allow?: string;
}

const NOT_HERE: Said = { status: 404, says: "Deliveries go to /hooks/<repository>." };
const TOO_MANY: Said = { status: 429, says: "Too many deliveries. What they told is found by polling." };
const TOO_LARGE: Said = {
  status: 413,
  says: "The delivery is larger than 1 MB. What it told is found by polling.",
};
const NOT_GENUINE: Said = { status: 401, says: "No such repository with this secret." };
const AWAY: Said = { status: 503, says: "Temporal is away. What the delivery told is found by polling." };

function send(request: IncomingMessage, response: ServerResponse, { status, says, allow }: Said): void {
  const text = `${JSON.stringify({ says })}\n`;
  response.writeHead(status, {
    ...{ "content-type": "application/json", "content-length": Buffer.byteLength(text) },
    ...{ "x-content-type-options": "nosniff", "cache-control": "no-store" },
    ...(allow === undefined ? {} : { allow }),
    ...(status === 429 ? { "retry-after": "60" } : {}),
    // What was not read of it must not be taken for another request.
    ...(request.complete ? {} : { connection: "close" }),
  });
  response.end(text);
}

/** Whether it ends well, and in time. */
async function within(call: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([
      call.then(
        () => true,
        () => false,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
