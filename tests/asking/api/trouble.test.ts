import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { APIConnectionError, APIError } from "openai";
import { expect, test } from "vitest";
import { BrokenReply, readCompletion } from "../../../asking/api/completion.ts";
import { asksToWait } from "../../../asking/api/endings.ts";
import { ApiServer, samplingOf } from "../../../asking/api/server.ts";
import { troubleOf, waitOf } from "../../../asking/api/trouble.ts";

const answered = (status: number, body: object = {}, headers: Record<string, string> = {}) =>
  APIError.generate(status, { error: body }, undefined, new Headers(headers));

test.each([
  [429, "passes"],
  [408, "passes"],
  [409, "passes"],
  [500, "passes"],
  [503, "passes"],
  [529, "passes"],
  [400, "refused"],
  [413, "refused"],
  [422, "refused"],
  [401, "hopeless"],
  [402, "hopeless"],
  [403, "forbidden"],
  [404, "hopeless"],
])("status %i: %s", (status, means) => {
  expect(troubleOf(answered(status))).toMatchObject({ means, answered: true });
});

test("a quota that is used up is no rate limit", () => {
  const error = answered(429, { code: "insufficient_quota", message: "You exceeded your quota" });
  expect(troubleOf(error)).toMatchObject({ means: "hopeless" });
});

test("a broken connection passes, and is told by its inner cause", () => {
  const inner = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), { code: "ECONNREFUSED" });
  const error = new APIConnectionError({ cause: new TypeError("fetch failed", { cause: inner }) });
  expect(troubleOf(error)).toEqual({
    ...{ means: "passes", answered: false, wait: 0 },
    text: "connect ECONNREFUSED 127.0.0.1:9",
  });
});

test("our own mistakes are not the server's", () => {
  expect(troubleOf(new RangeError("ours"))).toBeUndefined();
});

test("how long the server asks to wait", () => {
  const wait = (headers: Record<string, string>) =>
    waitOf(new Headers(headers), Date.parse("2026-11-25T10:00:00Z"));
  expect(wait({ "retry-after": "2" })).toBe(2000);
  expect(wait({ "retry-after": "1.5" })).toBe(1500);
  expect(wait({ "retry-after": "Wed, 25 Nov 2026 10:00:07 GMT" })).toBe(7000);
  expect(wait({ "retry-after": "Wed, 25 Nov 2026 09:00:00 GMT" })).toBe(0);
  expect(wait({ "retry-after-ms": "250", "retry-after": "9" })).toBe(250);
  expect(wait({ "retry-after": "soon" })).toBe(0);
  expect(wait({})).toBe(0);
});

test("a wait that is longer than any is said with what is done instead", () => {
  const text = asksToWait("https://x", "429 slow down.", 86_400_000, 60_000);
  expect(text).toBe(
    "https://x asks to wait for 86400 s (Retry-After): 429 slow down. It is asked again after 60 s each time.",
  );
});

test("what is no chat completion is a broken reply", () => {
  for (const body of ["<html>", null, {}, { choices: [] }])
    expect(() => readCompletion(body)).toThrow(BrokenReply);
});

test("a model that refuses a temperature is sent none", () => {
  const params = { model: "o3-mini", temperature: null, max_completion_length: 9 };
  expect(samplingOf(params)).toEqual({ model: "o3-mini", max_completion_tokens: 9 });
  expect(samplingOf({ ...params, temperature: 0 })).toHaveProperty("temperature", 0);
});

test("a refusal and a cut reply are told", () => {
  const completion = (choice: object) =>
    readCompletion({
      model: "m-1",
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
      choices: [choice],
    }).answer;
  expect(completion({ message: { content: "B" }, finish_reason: "stop" })).toEqual({
    ...{ reply: "B", served: "m-1", truncated: false, refused: false, filtered: false },
    ...{ input_tokens: 5, output_tokens: 2 },
  });
  expect(completion({ message: { content: "B" }, finish_reason: "length" }).truncated).toBe(true);
  const refusal = completion({ message: { content: null, refusal: "no" }, finish_reason: "stop" });
  expect(refusal).toMatchObject({ reply: "no", refused: true });
});

test("a reply that begins and does not end in time passes", async () => {
  const server = http.createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"choices": [');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const api = new ApiServer({ baseUrl: `http://127.0.0.1:${port}/v1`, key: "none", timeoutSeconds: 0.3 });
  const began = Date.now();
  const error: unknown = await api
    .ask({ model: "m", messages: [] }, new AbortController().signal)
    .catch((reason: unknown) => reason);
  expect(Date.now() - began).toBeLessThan(5_000);
  expect(troubleOf(error)).toMatchObject({ means: "passes", answered: false });
  server.closeAllConnections();
  server.close();
});
