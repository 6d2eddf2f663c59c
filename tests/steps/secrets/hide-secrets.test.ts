import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventsIn } from "../../../data/events/event-tail.ts";
import { hideInEvents } from "../../../steps/secrets/hide-in-events.ts";
import { HideSecrets, hideSecrets } from "../../../steps/secrets/hide-secrets.ts";
import { runChild } from "../../../programs/run-child.ts";
import { temporaryFolder } from "../../support/folders.ts";

const folder = temporaryFolder();
const SECRET = "hf_sécret-0123456789";

describe("a secret", () => {
  test("is hidden however the text is cut into pieces", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(SECRET, "plain ", "ü", SECRET.slice(0, 5)), { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        async (parts, size) => {
          const bytes = Buffer.from(parts.join(""));
          const stream = new HideSecrets([SECRET]);
          for (let at = 0; at < bytes.length; at += size) stream.write(bytes.subarray(at, at + size));
          stream.end();
          const shown = Buffer.concat((await stream.toArray()) as Buffer[]).toString("utf8");
          expect(shown).toBe(hideSecrets(parts.join(""), [SECRET]));
          expect(shown).not.toContain(SECRET);
        },
      ),
    );
  });

  test("that is the beginning of another, or part of the mark, leaves nothing behind", () => {
    expect(hideSecrets("abcdef abc", ["abc", "abcdef"])).toBe("[secret] [secret]");
    expect(hideSecrets("a secret s (1+1)", ["secret", "s", "(1+1)"])).toBe("a [secret] [secret] [secret]");
  });

  test("that a program prints does not get into its log", async () => {
    const log = path.join(folder, "log.txt");
    const script =
      "process.stdout.write('token ' + process.env.TOKEN); console.error(' and ' + process.env.TOKEN)";
    const end = await runChild({
      command: process.execPath,
      args: ["-e", script],
      environment: { TOKEN: SECRET },
      mark: "hide-secrets-test",
      hidden: [SECRET],
      log,
      signal: new AbortController().signal,
      grace: () => 1000,
      starting: () => Promise.resolve(),
      started: () => Promise.resolve(),
    });
    expect(end).toEqual({ how: "exit", code: 0 });
    const text = readFileSync(log, "utf8");
    expect(text).toContain("token [secret]");
    expect(text).toContain(" and [secret]");
    expect(text).not.toContain(SECRET);
  });

  const KEY = [
    "-----BEGIN KEY-----",
    "AAAA+secret/line~1 BBBB",
    'CCCC"sécret\\line2"DDDD',
    "-----END KEY-----",
  ];
  const inOrder = (text: string, secrets = [KEY.join("\n")]) => hideSecrets(text, secrets);
  const base64 = (text: string) => Buffer.from(text).toString("base64");

  test.each([
    ["line by line", `> ${KEY.join(" <\n> ")} <`],
    ["with other line ends", KEY.join("\r\n")],
    ["in JSON", JSON.stringify(KEY.join("\n"))],
    ["in ASCII JSON", JSON.stringify(KEY.join("\n")).replace("é", "\\u00e9")],
    ["in a URL", encodeURIComponent(KEY.join("\n"))],
    ["in a form", new URLSearchParams({ key: KEY.join("\n") }).toString()],
    ["one line in a URL's path", encodeURIComponent(KEY[1]!).replace("%2F", "/")],
    ["in base64", base64(KEY.join("\n"))],
    ["in base64, after one byte", base64(`x${KEY.join("\n")}`)],
    ["in base64, after two bytes and before more", base64(`xy${KEY.join("\n")}z`)],
    ["in base64 for URLs", Buffer.from(KEY.join("\n")).toString("base64url")],
    ["one line in base64", base64(`token:${KEY[2]}`)],
    ["in base64 in lines", base64(KEY.join("\n")).replaceAll(/.{76}/g, "$&\n")],
  ])("of several lines is hidden %s", (_how, shown) => {
    const hidden = inOrder(shown);
    expect(hidden).toContain("[secret]");
    // Ends of base64 may stay: what they mean hangs on their neighbours.
    for (let at = 0; at + 12 <= shown.length; at++) {
      const piece = shown.slice(at, at + 12);
      if (/^[\w+/=-]+$/.test(piece)) expect(hidden).not.toContain(piece);
    }
  });

  test.each([
    ["one line", 120_000, /$^/g],
    ["many lines", 60_000, /.{64}/g],
  ])("as long as the system takes is hidden, of %s", async (_, length, line) => {
    const secret = randomBytes(length).toString("base64").slice(0, length).replaceAll(line, "$&\n");
    const stream = new HideSecrets([secret]);
    const text = `before\n${secret}\n${JSON.stringify(secret)}\nafter\n`;
    const written = stream.toArray() as Promise<Buffer[]>;
    for (let at = 0; at < text.length; at += 10_000) stream.write(text.slice(at, at + 10_000));
    stream.end();
    const shown = Buffer.concat(await written).toString();
    expect(shown).toBe('before\n[secret]\n"[secret]"\nafter\n');
  });

  test("is no reason to keep back what cannot be its beginning", async () => {
    const secret = `s${"e".repeat(2000)}t`;
    const stream = new HideSecrets([secret]);
    stream.write("epoch 1 of 5\nepoch 2");
    expect(String(stream.read())).toBe("epoch 1 of 5\nepoch 2");
    stream.write(" of 5\nlos");
    expect(String(stream.read())).toBe(" of 5\n");
    await sleep(400);
    expect(String(stream.read())).toBe("lo");
    stream.write("s of 3\n");
    expect(String(stream.read())).toBe("ss of 3\n");
    stream.end();
  });

  test("is no reason to write into the middle of another stream's line", async () => {
    const log = path.join(folder, "two.txt");
    const script = `for (let i = 0; i < 200; i++) { process.stdout.write('out ' + i + ' ends with s'); process.stderr.write('err ' + i + ' ends with s'); process.stdout.write(' out\\n'); process.stderr.write(' err\\n') }`;
    await runChild({
      command: process.execPath,
      args: ["-e", script],
      environment: {},
      mark: "hide-secrets-test-two",
      hidden: ["s" + "e".repeat(100)],
      log,
      signal: new AbortController().signal,
      grace: () => 1000,
      starting: () => Promise.resolve(),
      started: () => Promise.resolve(),
    });
    const lines = readFileSync(log, "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(400);
    for (const line of lines) expect(line).toMatch(/^(out|err) \d+ ends with s \1$/);
  });
});

describe("a secret in an event file", () => {
  test("leaves events as they are but for their texts, however short it is", async () => {
    const file = path.join(folder, "events.jsonl");
    const attempt = { event: "attempt", time: 42, number: 1, worker: "h 42", fingerprint: "42".repeat(32) };
    const metrics = { event: "metrics", time: 42, step: 42, values: { accuracy: 0.42, at42: 4.2 } };
    const message = { event: "message", time: 1, text: "it is 42" };
    const lines = [attempt, metrics, message].map((event) => JSON.stringify(event));
    writeFileSync(file, [...lines, "no event 42", ""].join("\n"));
    await hideInEvents(file, ["42", "metrics", "e"]);
    const [first, second, third] = await eventsIn(file);
    expect(first).toEqual(attempt);
    expect(second).toMatchObject({ event: "metrics", time: 42, step: 42 });
    expect(Object.values((second as { values: object }).values)).toEqual([0.42, 4.2]);
    expect(third).toMatchObject({ event: "message", text: "it is [secret]" });
    expect(readFileSync(file, "utf8")).toContain("no [secret]v[secret]nt [secret]\n");
  });

  test("that is not there changes nothing", async () => {
    const file = path.join(folder, "none.jsonl");
    const bytes = Buffer.from('{"event":"message","time":1,"text":"a"}\r\n\n\xff {"event"', "latin1");
    writeFileSync(file, bytes);
    await hideInEvents(file, ["token-of-mine"]);
    expect(readFileSync(file)).toEqual(bytes);
  });
});
