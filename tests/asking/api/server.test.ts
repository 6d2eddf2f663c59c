import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ApiServer } from "../../../asking/api/server.ts";
import { troubleOf } from "../../../asking/api/trouble.ts";
import { completion, startScriptedServer, type Sent } from "../../support/scripted-server.ts";

const text = JSON.stringify(completion("Straight on, é.").body);
const packed = gzipSync(text);
const gzip = { "content-encoding": "gzip" };

async function ask(sent: Sent) {
  const { url: baseUrl } = await startScriptedServer({}, () => sent);
  const api = new ApiServer({ baseUrl, key: "none", timeoutSeconds: 5 });
  return api.ask({ model: "m", messages: [] }, new AbortController().signal);
}

test.each<[string, Sent]>([
  ["as it should be", { body: text }],
  ["as plain text", { body: text, headers: { "content-type": "text/plain" } }],
  ["as HTML", { body: text, headers: { "content-type": "text/html" } }],
  ["without a type", { body: text, headers: { "content-type": "" } }],
  ["with a byte order mark and blanks around it", { body: `\uFEFF\n${text}\n\n` }],
  ["packed", { body: packed, headers: gzip }],
])("a completion is read, sent %s", async (_, sent) => {
  expect((await ask(sent)).answer.reply).toBe("Straight on, é.");
});

test("a body that is too large is this request's own, and is not read to its end", async () => {
  const error: unknown = await ask({ body: Buffer.alloc(33_000_000, " ") }).catch(
    (reason: unknown) => reason,
  );
  expect(troubleOf(error)).toMatchObject({
    ...{ means: "refused", answered: true },
    text: "The server's reply is no chat completion: it has more than 32 MB.",
  });
});

test.each<[string, Sent, RegExp]>([
  ["cut", { body: text.slice(0, 90) }, /no JSON, or cut/],
  ["empty", { body: "" }, /it is empty/],
  ["line ends alone", { body: "\n\n\n" }, /it is empty/],
  ["no content", { status: 204, body: "" }, /it is empty/],
  ["a page that is called JSON", { body: "<!doctype html><p>Bad gateway" }, /a page of HTML/],
  ["a page", { body: "<html>", headers: { "content-type": "text/html" } }, /a page of HTML/],
  ["a stream", { body: 'data: {"choices":[]}\n\ndata: [DONE]\n\n' }, /a stream of events/],
  ["a stream with a comment", { body: ": ping\n\ndata: {}\n\n" }, /a stream of events/],
  ["several objects", { body: `${text}\n${text}` }, /no JSON, or cut/],
  ["Latin-1", { body: Buffer.from(text, "latin1") }, /not UTF-8/],
  ["cut while packed", { body: packed.subarray(0, 60), headers: gzip }, /cut/],
  ["not packed as it says", { body: text, headers: gzip }, /cannot be unpacked/],
])("a body that is %s passes, as an answer of the server", async (_, sent, message) => {
  const error: unknown = await ask(sent).catch((reason: unknown) => reason);
  expect(troubleOf(error)).toMatchObject({
    ...{ means: "passes", answered: true },
    text: expect.stringMatching(message) as string,
  });
});
