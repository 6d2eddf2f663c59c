import { describe, expect, test } from "vitest";
import { faultOf } from "../../../gitops/forge/faults.ts";
import { ForgeClient } from "../../../gitops/forge/client.ts";
import { serve } from "../../support/serve.ts";

const NOW = "Fri, 27 Nov 2026 12:00:00 GMT";
const fault = (status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  faultOf(
    new Response(null, { status, headers: { date: NOW, ...headers } }),
    typeof body === "string" ? body : JSON.stringify(body),
    "POST /statuses",
  );

describe("what a forge's answer means", () => {
  test.each([
    // GitHub's primary limit: the time when it begins anew, by GitHub's own clock.
    [
      403,
      { message: "API rate limit exceeded for user ID 1." },
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Date.parse(NOW) / 1000 + 600) },
      "limited",
      600,
    ],
    // Its secondary one, with and without a time.
    [403, { message: "You have exceeded a secondary rate limit." }, { "retry-after": "120" }, "limited", 120],
    [403, { message: "You have exceeded a secondary rate limit." }, {}, "limited", 60],
    [429, {}, { "retry-after": "7" }, "limited", 7],
    [429, {}, { "retry-after": "Fri, 27 Nov 2026 12:00:30 GMT" }, "limited", 30],
    [429, "<html>", {}, "limited", 60],
    // GitLab's.
    [
      429,
      { message: "Retry later" },
      { "ratelimit-remaining": "0", "ratelimit-reset": String(Date.parse(NOW) / 1000 + 45) },
      "limited",
      45,
    ],
    // A wait that cannot be meant ends within a day.
    [429, {}, { "retry-after": "999999999" }, "limited", 86_400],
    [429, {}, { "retry-after": "0" }, "limited", 1],
    [429, {}, { "retry-after": "soon" }, "limited", 60],
    [
      403,
      { message: "Resource not accessible by personal access token" },
      { "x-ratelimit-remaining": "4999" },
      "denied",
      null,
    ],
    [401, { message: "Bad credentials" }, {}, "denied", null],
    [404, { message: "Not Found" }, {}, "gone", null],
    [410, {}, {}, "gone", null],
    [422, { message: `No commit found for SHA: ${"1".repeat(40)}` }, {}, "gone", null],
    [
      422,
      {
        message: "Validation Failed",
        errors: [
          {
            resource: "Status",
            code: "custom",
            message: "This SHA and context has reached the maximum number of statuses.",
          },
        ],
      },
      {},
      "full",
      null,
    ],
    [422, { message: "Validation Failed" }, {}, "refused", null],
    [400, { message: "Cannot transition status via :run from :running" }, {}, "refused", null],
    [409, {}, {}, "refused", null],
    [500, "<html>", {}, "unavailable", null],
    [502, "", {}, "unavailable", null],
    [503, {}, { "retry-after": "20" }, "unavailable", 20],
    [408, {}, {}, "unavailable", null],
    [301, {}, { location: "https://example.org/elsewhere" }, "refused", null],
  ] as const)("%i %j %j: %s, again after %j s", (status, body, headers, wanted, retryAfter) => {
    expect(fault(status, body, headers)).toMatchObject({ fault: wanted, retryAfter });
  });

  test("says what the forge said, in one line, and nothing that hides or breaks it", () => {
    expect(fault(422, { message: "bad\n\u001b[31mred\u202E", errors: ["a", { message: "b" }] }).message).toBe(
      String.raw`The forge answered POST /statuses with 422: bad\u{a}\u{1b}[31mred\u{202e}; a; b`,
    );
    expect(fault(422, { message: "x".repeat(5000) }).message.length).toBeLessThan(300);
    // GitLab's forms.
    expect(fault(400, { message: { name: ["is too long", "is odd"] } }).message).toContain(
      "is too long; is odd",
    );
    expect(fault(400, { error: "state is missing" }).message).toContain("state is missing");
  });
});

describe("an answer that is none", () => {
  const client = (url: string) =>
    new ForgeClient(url, () => Promise.resolve({ authorization: "token t0p-secret" }));

  test("a page in place of JSON, as a proxy gives: it is away", async () => {
    const { url } = await serve((_, response) => response.end("<html>Log in</html>"));
    await expect(client(url).get("/user")).rejects.toMatchObject({
      fault: "unavailable",
      message: expect.stringContaining("<html>"),
    });
  });

  test("nobody there", async () => {
    await expect(client("http://127.0.0.1:9").get("/user")).rejects.toMatchObject({ fault: "unavailable" });
  });

  test("a connection that breaks in the middle", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{");
      setTimeout(() => response.destroy(), 20);
    });
    await expect(client(url).get("/user")).rejects.toMatchObject({ fault: "unavailable" });
  });

  test("one without end", async () => {
    const { url } = await serve((_, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(1024 * 1024, " "), () => setImmediate(more));
      };
      more();
    });
    await expect(client(url).get("/user")).rejects.toMatchObject({
      fault: "refused",
      message: expect.stringContaining("larger than 16 MB"),
    });
  });

  test("a redirect is not followed: the token would go along", async () => {
    const other = await serve((_, response) => response.end("{}"));
    const { url } = await serve((_, response) =>
      response.writeHead(302, { location: `${other.url}/x` }).end(),
    );
    await expect(client(url).get("/user")).rejects.toMatchObject({ fault: "refused" });
    expect(other.asked).toEqual([]);
  });

  test("a list without end is told, not cut", async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(200, { link: '<https://x/?page=2>; rel="next"' }).end("[1]"),
    );
    await expect(client(url).list("/things")).rejects.toMatchObject({
      fault: "refused",
      message: expect.stringContaining("100 pages"),
    });
  });

  test("no message names the token", async () => {
    const { url } = await serve((_, response) => response.writeHead(400).end('{"message":"no"}'));
    await expect(client(url).get("/user")).rejects.toThrow(/^(?!.*t0p-secret)/);
  });
});
