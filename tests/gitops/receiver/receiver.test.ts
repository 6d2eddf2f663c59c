import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test } from "vitest";
import { startReceiver, type Hook, type Receiver } from "../../../gitops/receiver/receiver.ts";

const SECRET = "a-secret-of-papers";
const PAPERS: Hook = { repository: "papers", proof: "signature", secret: SECRET };
const GROUP: Hook = { repository: "group", proof: "token", secret: "a-token-of-the-group" };
const PUSH = JSON.stringify({ ref: "refs/heads/main", repository: { full_name: "lab/papers" } });

let receiver: Receiver;
let poked: string[] = [];
afterEach(async () => {
  await receiver.close();
  poked = [];
});

async function start(poke?: (repository: string) => Promise<void>): Promise<void> {
  receiver = await startReceiver({
    ...{ host: "127.0.0.1", port: 0, hooks: [PAPERS, GROUP] },
    poke: async (repository) => {
      poked.push(repository);
      await poke?.(repository);
    },
  });
}

const signed = (body: string | Buffer, secret = SECRET): string =>
  `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

interface Delivery {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Of loopback, so that many senders can be played. */
  from?: string;
  agent?: Agent;
}

const genuine = (body = PUSH): Delivery => ({
  body,
  headers: { "x-hub-signature-256": signed(body), "x-github-event": "push" },
});

/** The status, and what is said. */
function deliver({
  path = "/hooks/papers",
  method = "POST",
  headers = {},
  body = PUSH,
  from,
  agent,
}: Delivery) {
  return new Promise<{ status: number; says: string }>((resolve, reject) => {
    const sent = request(
      {
        ...{ host: "127.0.0.1", port: receiver.port, path, method, agent: agent ?? false },
        ...(from === undefined ? {} : { localAddress: from }),
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          ...headers,
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode!, says: text }));
      },
    );
    sent.on("error", reject).end(body);
  });
}

describe("a genuine delivery", () => {
  test("has the repository looked at", async () => {
    await start();
    expect(await deliver(genuine())).toMatchObject({ status: 202 });
    expect(poked).toEqual(["papers"]);
  });

  test("of GitLab brings the secret itself", async () => {
    await start();
    const headers = { "x-gitlab-token": GROUP.secret, "x-gitlab-event": "Push Hook" };
    expect(await deliver({ path: "/hooks/group", headers })).toMatchObject({ status: 202 });
    for (const token of ["", "a-token-of-the-groups", "A-token-of-the-group", signed(PUSH, GROUP.secret)])
      expect((await deliver({ path: "/hooks/group", headers: { "x-gitlab-token": token } })).status).toBe(
        401,
      );
    expect(
      (
        await deliver({
          path: "/hooks/group",
          headers: { "x-hub-signature-256": signed(PUSH, GROUP.secret) },
        })
      ).status,
    ).toBe(401);
    expect(poked).toEqual(["group"]);
  });

  test("need not be JSON that can be read: nothing of it is read", async () => {
    await start();
    expect(await deliver(genuine("{"))).toMatchObject({ status: 202 });
  });

  test.each(["ping", "status", "check_run", "workflow_run", "star"])(
    "of the event %s does nothing",
    async (event) => {
      await start();
      const delivery = genuine();
      expect(
        await deliver({ ...delivery, headers: { ...delivery.headers, "x-github-event": event } }),
      ).toMatchObject({ status: 202 });
      expect(poked).toEqual([]);
    },
  );

  test("without an event's name, as from a hook of one's own, has the repository looked at", async () => {
    await start();
    expect((await deliver({ headers: { "x-hub-signature-256": signed(PUSH) } })).status).toBe(202);
    expect(poked).toEqual(["papers"]);
  });

  test("that comes in pieces, each a moment after the other, is taken", async () => {
    await start();
    const socket = connect(receiver.port, "127.0.0.1");
    const head = `POST /hooks/papers HTTP/1.1\r\nhost: x\r\ncontent-type: application/json; charset=utf-8\r\nx-hub-signature-256: ${signed(PUSH)}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`;
    for (const part of [head, ...PUSH.split("").map((letter) => `1\r\n${letter}\r\n`), "0\r\n\r\n"])
      socket.write(part);
    let text = "";
    for await (const chunk of socket.setEncoding("utf8")) text += chunk;
    expect(text).toMatch(/^HTTP\/1\.1 202 /);
  });

  test("gets 503 while Temporal is away, and the next one is tried again", async () => {
    let away = true;
    await start(() => (away ? Promise.reject(new Error("no connection")) : Promise.resolve()));
    expect(await deliver(genuine())).toMatchObject({ status: 503, says: expect.stringContaining("polling") });
    away = false;
    expect((await deliver(genuine())).status).toBe(202);
  });

  test("gets 503 when Temporal does not answer in time", async () => {
    await start(() => new Promise(() => undefined));
    expect((await deliver(genuine())).status).toBe(503);
  }, 20_000);
});

test("100 deliveries at once: few looks, and one of them begins after the last delivery", async () => {
  let working = 0;
  let most = 0;
  await start(async () => {
    working += 1;
    most = Math.max(most, working);
    await new Promise((resolve) => setTimeout(resolve, 20));
    working -= 1;
  });
  const answers = await Promise.all(Array.from({ length: 100 }, () => deliver(genuine())));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(most).toBe(1);
  expect(poked.length).toBeGreaterThanOrEqual(2);
  expect(poked.length).toBeLessThanOrEqual(10);
});

const altered = Buffer.from(PUSH.replace("main", "evil"));
const large = Buffer.alloc(2 * 1024 * 1024, " ");
const right = signed(PUSH);
/** What is refused, and with which status. */
const REFUSED: [name: string, delivery: Delivery, status: number][] = [
  ["no signature", {}, 401],
  ["another secret", { headers: { "x-hub-signature-256": signed(PUSH, "another") } }, 401],
  ["an empty secret", { headers: { "x-hub-signature-256": signed(PUSH, "\0") } }, 401],
  ["another body", { body: altered, headers: { "x-hub-signature-256": right } }, 401],
  ["a byte more", { body: `${PUSH} `, headers: { "x-hub-signature-256": right } }, 401],
  [
    "sha1",
    { headers: { "x-hub-signature": `sha1=${createHmac("sha1", SECRET).update(PUSH).digest("hex")}` } },
    401,
  ],
  ["a short signature", { headers: { "x-hub-signature-256": right.slice(0, -2) } }, 401],
  ["a long signature", { headers: { "x-hub-signature-256": `${right}00` } }, 401],
  ["no hexadecimal", { headers: { "x-hub-signature-256": right.replace(/[0-9a-f]{2}$/, "zz") } }, 401],
  ["no scheme", { headers: { "x-hub-signature-256": right.slice(7) } }, 401],
  ["GitLab's token for a signed hook", { headers: { "x-gitlab-token": SECRET } }, 401],
  ["another repository's hook", { path: "/hooks/group", headers: { "x-hub-signature-256": right } }, 401],
  ["no such repository", { path: "/hooks/secret", headers: { "x-hub-signature-256": right } }, 401],
  ["a property of objects", { path: "/hooks/constructor", headers: { "x-hub-signature-256": right } }, 401],
  ["too large", { body: large, headers: { "x-hub-signature-256": signed(large) } }, 413],
  [
    "a form",
    { headers: { "content-type": "application/x-www-form-urlencoded", "x-hub-signature-256": right } },
    415,
  ],
  ["plain text", { headers: { "content-type": "text/plain", "x-hub-signature-256": right } }, 415],
  ["packed", { headers: { "content-encoding": "gzip", "x-hub-signature-256": right } }, 415],
  ["another charset", { headers: { "content-type": "application/json; charset=utf-16" } }, 415],
  ["GET", { method: "GET", body: "", headers: { "x-hub-signature-256": signed("") } }, 405],
  ["another path", { path: "/", headers: { "x-hub-signature-256": right } }, 404],
  ["a path upwards", { path: "/hooks/../hooks/papers", headers: { "x-hub-signature-256": right } }, 404],
  ["an escaped path", { path: "/hooks/%70apers", headers: { "x-hub-signature-256": right } }, 404],
  ["a path with a query", { path: "/hooks/papers?x", headers: { "x-hub-signature-256": right } }, 404],
];

test.each(REFUSED)("refused: %s", async (_, delivery, status) => {
  await start();
  expect(await deliver(delivery)).toMatchObject({ status });
  expect(poked).toEqual([]);
  expect([...receiver.answered]).toEqual([[status, 1]]);
});

test("a body that grows without a length is refused at 1 MB", async () => {
  await start();
  const sent = request({
    ...{ host: "127.0.0.1", port: receiver.port, path: "/hooks/papers", method: "POST", agent: false },
    headers: { "content-type": "application/json", "transfer-encoding": "chunked" },
  });
  const answer = new Promise<number>((resolve, reject) => {
    sent.on("response", (response) => resolve(response.resume().statusCode!)).on("error", reject);
  });
  for (let part = 0; part < 24; part += 1) sent.write(Buffer.alloc(64 * 1024, " "));
  sent.end();
  expect(await answer).toBe(413);
});

test("who asks before sending much is told at once", async () => {
  await start();
  const socket = connect(receiver.port, "127.0.0.1");
  socket.write(
    "POST /hooks/papers HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9000000\r\nexpect: 100-continue\r\n\r\n",
  );
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) text += chunk;
  expect(text).toMatch(/^HTTP\/1\.1 413 /);
});

test("who sends too slowly is cut off, and others are served meanwhile", async () => {
  await start();
  const slow = connect(receiver.port, "127.0.0.1");
  slow.write(
    "POST /hooks/papers HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
  );
  expect((await deliver(genuine())).status).toBe(202);
  const began = performance.now();
  for await (const chunk of slow) void chunk;
  expect(performance.now() - began).toBeLessThan(14_000);
}, 30_000);

test("one address has 200 at once, another one is served all the same", async () => {
  await start();
  let taken = 0;
  // More come in again meanwhile, ten a second.
  while ((await deliver({ from: "127.0.0.2" })).status === 401 && taken < 5_000) taken += 1;
  expect(taken).toBeGreaterThanOrEqual(200);
  expect(taken).toBeLessThan(5_000);
  expect((await deliver({ ...genuine(), from: "127.0.0.3" })).status).toBe(202);
}, 60_000);

test("10,000 forged, altered, oversized and wrong requests from 100 addresses start nothing, and memory stays flat", async () => {
  await start();
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const kept = (): number => {
    collect();
    return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  };
  const expected = new Map<number, number>();
  const agents = Array.from({ length: 100 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  let early = 0;
  for (let round = 0; round < 100; round += 1) {
    // 25 at a time: more connections than are taken would wait for each other.
    for (let first = 0; first < 100; first += 25) {
      await Promise.all(
        Array.from({ length: 25 }, async (_, at) => {
          const index = first + at;
          // One in a hundred is large: 2 MB each.
          const usual = REFUSED.filter(([name]) => name !== "too large");
          const [, delivery, status] =
            index === round
              ? REFUSED.find(([name]) => name === "too large")!
              : usual[(index + round) % usual.length]!;
          const answer = await deliver({ ...delivery, from: `127.0.1.${index + 1}`, agent: agents[index]! });
          expect(answer.status).toBe(status);
          expected.set(status, (expected.get(status) ?? 0) + 1);
        }),
      );
      for (const agent of agents) agent.destroy();
    }
    if (round === 19) early = kept();
  }
  expect(poked).toEqual([]);
  expect(Object.fromEntries(receiver.answered)).toEqual(Object.fromEntries(expected));
  expect([...expected.values()].reduce((sum, count) => sum + count, 0)).toBe(10_000);
  // The last requests' buffers, of 2 MB, go when their connections are closed.
  await expect.poll(() => kept() - early, { timeout: 20_000 }).toBeLessThan(4 * 1024 * 1024);
}, 240_000);

test("closing lets a delivery that is being answered end", async () => {
  await start(() => new Promise((resolve) => setTimeout(resolve, 300)));
  const answer = deliver(genuine());
  await new Promise((resolve) => setTimeout(resolve, 100));
  await receiver.close();
  expect((await answer).status).toBe(202);
  await start();
});
