import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { openForge, type ForgeSettings } from "../../../gitops/forge/open.ts";
import type { Status } from "../../../schemas/gitops.ts";
import { scriptedForge, type Reply } from "./scripted-forge.ts";

// Answers in the shapes that docs.github.com has for each request. GitHub itself was not asked.
const SHA = "a".repeat(40);
const R = "/repos/lab/papers";
const status = (more: Partial<Status> = {}): Status => ({
  ...{
    sha: SHA,
    context: "reprise",
    state: "reproduced",
    description: "2 of 2 claims reproduced",
    url: null,
  },
  ...more,
});
const open = (api: string, login: ForgeSettings["login"] = { token: "t0p-secret" }) =>
  openForge({ kind: "github", url: "https://github.com/lab/papers.git", api, project: null, login });
const combined = (...statuses: object[]): Reply => ({
  body: { state: "pending", sha: SHA, total_count: statuses.length, statuses },
});
const shownAs = (more: object = {}) => ({
  context: "reprise",
  state: "success",
  description: "2 of 2 claims reproduced",
  target_url: null,
  ...more,
});

describe("statuses", () => {
  const path = `${R}/commits/${SHA}/status`;

  test("one that is not there is sent, with the token in a header only", async () => {
    const { url, asked } = await scriptedForge({
      [`GET ${path}`]: combined(),
      [`POST ${R}/statuses/${SHA}`]: { status: 201 },
    });
    expect(await open(url).status(status())).toBe("sent");
    expect(asked.at(-1)).toMatchObject({
      method: "POST",
      body: { state: "success", context: "reprise", description: "2 of 2 claims reproduced" },
      headers: { authorization: "token t0p-secret", "x-github-api-version": "2022-11-28" },
    });
    expect(asked.map((one) => one.path + JSON.stringify(one.body)).join()).not.toContain("t0p-secret");
  });

  test("one that stands there is not sent again; any difference is", async () => {
    for (const [now, how] of [
      [shownAs(), "unchanged"],
      [shownAs({ state: "failure" }), "sent"],
      [shownAs({ description: "else" }), "sent"],
      [shownAs({ description: null }), "sent"],
      [shownAs({ target_url: "https://x" }), "sent"],
      [shownAs({ context: "reprise/a" }), "sent"],
    ] as const) {
      const { url } = await scriptedForge({
        [`GET ${path}`]: [combined(now), combined()],
        [`POST ${R}/statuses/${SHA}`]: { status: 201 },
      });
      expect([now, await open(url).status(status())]).toEqual([now, how]);
    }
  });

  test.each([
    ["planned", "success"],
    ["untrusted", "pending"],
    ["not-allowed", "failure"],
    ["waiting-for-approval", "pending"],
    ["queued", "pending"],
    ["running", "pending"],
    ["reproduced", "success"],
    ["reported", "success"],
    ["unclaimed", "success"],
    ["unaffected", "success"],
    ["not-reproduced", "failure"],
    ["new-deviations", "failure"],
    ["invalid", "failure"],
    ["failed", "error"],
    ["superseded", "error"],
    ["cancelled", "error"],
  ] as const)("%s is shown as %s", async (state, word) => {
    const { url, of } = await scriptedForge({
      [`GET ${path}`]: combined(),
      [`POST ${R}/statuses/${SHA}`]: { status: 201 },
    });
    await open(url).status(status({ state }));
    expect(of("POST")[0]!.body).toMatchObject({ state: word });
  });

  test("a thousandth one, a commit that is gone, a limit", async () => {
    for (const [reply, fault] of [
      [
        {
          status: 422,
          body: {
            message: "Validation Failed",
            errors: [{ message: "This SHA and context has reached the maximum number of statuses." }],
          },
        },
        { fault: "full" },
      ],
      [{ status: 422, body: { message: `No commit found for SHA: ${SHA}` } }, { fault: "gone" }],
      [
        { status: 403, headers: { "retry-after": "60" }, body: { message: "secondary rate limit" } },
        { fault: "limited", retryAfter: 60 },
      ],
    ] as const) {
      const { url } = await scriptedForge({
        [`GET ${path}`]: combined(),
        [`POST ${R}/statuses/${SHA}`]: reply,
      });
      await expect(open(url).status(status())).rejects.toMatchObject(fault);
    }
  });

  test("an answer in another shape is refused with its place, not guessed", async () => {
    const { url, of } = await scriptedForge({ [`GET ${path}`]: combined({ context: 7 }) });
    await expect(open(url).status(status())).rejects.toMatchObject({
      fault: "refused",
      message: expect.stringMatching(/statuses\[0\]\.context is not a text but 7\.$/),
    });
    expect(of("POST")).toEqual([]);
  });
});

describe("pull requests", () => {
  const pull = (more: object = {}) => ({
    ...{ number: 7, user: { id: 3, login: "ada" } },
    head: { sha: SHA, ref: "change", repo: { id: 1 } },
    base: { ref: "main", repo: { id: 1 } },
    ...more,
  });

  test("come in pages, and a fork is one by the repositories' numbers", async () => {
    const { url, asked } = await scriptedForge({
      [`GET ${R}/pulls`]: [
        {
          headers: { link: '<https://api/x?page=2>; rel="next", <https://api/x?page=2>; rel="last"' },
          body: [pull()],
        },
        {
          headers: { link: '<https://api/x?page=1>; rel="prev"' },
          body: [
            pull({ number: 8, head: { sha: SHA, ref: "main", repo: { id: 2 } } }),
            pull({ number: 9, head: { sha: SHA, ref: "main", repo: null }, user: null }),
          ],
        },
      ],
    });
    expect(await open(url).pullRequests()).toEqual([
      { number: 7, head: SHA, base: "main", fork: false, author: "ada" },
      { number: 8, head: SHA, base: "main", fork: true, author: "ada" },
      { number: 9, head: SHA, base: "main", fork: true, author: null },
    ]);
    expect(asked.map((one) => one.path)).toEqual(
      [1, 2].map((page) => `${R}/pulls?state=open&per_page=100&limit=100&page=${page}`),
    );
  });

  test.each([
    ["a head that is no commit", { head: { sha: "--upload-pack=x", repo: { id: 1 } } }],
    ["a number below zero", { number: -1 }],
    ["no base", { base: null }],
  ])("with %s are refused", async (_, more) => {
    const { url } = await scriptedForge({ [`GET ${R}/pulls`]: { body: [pull(more)] } });
    await expect(open(url).pullRequests()).rejects.toMatchObject({ fault: "refused" });
  });
});

test("that only an administrator may ask Gitea for permissions is said", async () => {
  const { url } = await scriptedForge({
    "GET /repos/lab/papers/collaborators/ada/permission": { status: 403, body: { message: "Only admins" } },
  });
  const settings = { url: "https://git.lab.example/lab/papers.git", api: url, project: null };
  const forge = openForge({ kind: "gitea", ...settings, login: { token: "t" } });
  await expect(forge.permission("ada")).rejects.toMatchObject({
    fault: "denied",
    message: expect.stringMatching(
      /403: Only admins\. Make Reprise's account an administrator of the repository/,
    ),
  });
});

test("permissions are the forge's answer, and what is not known is never writing", async () => {
  const said: Record<string, string> = {
    ada: "admin",
    bo: "write",
    cy: "maintain",
    di: "triage",
    ed: "read",
    fi: "none",
    gu: "overlord",
  };
  const { url } = await scriptedForge(
    Object.fromEntries(
      Object.entries(said).map(([login, permission]) => [
        `GET ${R}/collaborators/${login}/permission`,
        { body: { permission } },
      ]),
    ),
  );
  const forge = open(url);
  const found = await Promise.all(
    [...Object.keys(said), "nobody"].map(async (login) => [login, await forge.permission(login)]),
  );
  expect(Object.fromEntries(found)).toEqual({
    ada: "admin",
    bo: "write",
    cy: "write",
    di: "read",
    ed: "read",
    fi: "none",
    gu: "read",
    nobody: "none",
  });
});

test("a comment is ours by account: one with our marker by somebody else is not edited", async () => {
  const theirs = { id: 1, user: { id: 9, login: "eve" }, body: "<!-- reprise:papers -->\nmine" };
  const { url, asked, of } = await scriptedForge({
    "GET /user": { body: { id: 5, login: "bot" } },
    [`GET ${R}/issues/7/comments`]: [
      { body: [theirs] },
      {
        body: [theirs, { id: 2, user: { id: 5, login: "bot" }, body: "<!-- reprise:papers -->\r\none\r\n" }],
      },
    ],
    [`POST ${R}/issues/7/comments`]: { status: 201, body: { id: 2 } },
    [`PATCH ${R}/issues/comments/2`]: { body: { id: 2 } },
  });
  const forge = open(url);
  const marker = "<!-- reprise:papers -->";
  expect(await forge.comment(7, marker, `${marker}\none`)).toBe("written");
  expect(await forge.comment(7, marker, `${marker}\none`)).toBe("unchanged");
  expect(await forge.comment(7, marker, `${marker}\ntwo`)).toBe("edited");
  expect(of("PATCH").map(({ path, body }) => [path, body])).toEqual([
    [`${R}/issues/comments/2`, { body: `${marker}\ntwo` }],
  ]);
  expect(asked.filter(({ path }) => path === "/user")).toHaveLength(1);
});

describe("as an app", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const app = (more: object = {}) => ({ app: { id: "12345", privateKey: pem, installation: null, ...more } });
  const replies = {
    [`GET ${R}/installation`]: { body: { id: 77 } },
    "POST /app/installations/77/access_tokens": {
      status: 201,
      body: { token: "ghs_short", expires_at: "2026-11-27T13:00:00Z" },
    },
    "GET /app": { body: { id: 12345, slug: "reprise" } },
    [`GET ${R}/pulls`]: { body: [] },
    [`GET ${R}/issues/7/comments`]: {
      body: [
        { id: 1, user: { id: 9, login: "eve" }, body: "x", performed_via_github_app: null },
        { id: 2, user: { id: 8, login: "reprise[bot]" }, body: "y", performed_via_github_app: { id: 12345 } },
      ],
    },
  };

  test("a signed token gets one of the installation, for this repository alone, once for many requests", async () => {
    const { url, asked, of } = await scriptedForge(replies);
    const forge = open(url, app());
    await Promise.all([forge.pullRequests(), forge.pullRequests()]);
    await forge.pullRequests();
    expect(of("POST").map(({ path, body }) => [path, body])).toEqual([
      ["/app/installations/77/access_tokens", { repositories: ["papers"] }],
    ]);
    const [, jwt] = /^Bearer (.+)$/.exec(asked[0]!.headers.authorization!)!;
    const [head, claims, signature] = jwt!.split(".");
    expect(
      verify(
        "RSA-SHA256",
        Buffer.from(`${head}.${claims}`),
        createPublicKey(publicKey.export({ type: "spki", format: "pem" })),
        Buffer.from(signature!, "base64url"),
      ),
    ).toBe(true);
    const { iat, exp, iss } = JSON.parse(Buffer.from(claims!, "base64url").toString()) as Record<
      string,
      number | string
    >;
    expect(iss).toBe("12345");
    expect(Number(exp) - Number(iat)).toBeLessThanOrEqual(600);
    expect(asked.at(-1)!.headers.authorization).toBe("token ghs_short");
    expect(await forge.gitLogin()).toEqual({ username: "x-access-token", password: "ghs_short" });
  });

  test("an installation that is named is not looked up; a key may have its line ends written out", async () => {
    const { url, asked } = await scriptedForge(replies);
    await open(
      url,
      app({ installation: 77, privateKey: pem.replaceAll("\n", String.raw`\n`) }),
    ).pullRequests();
    expect(asked.map(({ path }) => path.replace(/\?.*/, ""))).toEqual([
      "/app/installations/77/access_tokens",
      `${R}/pulls`,
    ]);
  });

  test("comments that the app wrote are ours", async () => {
    const { url } = await scriptedForge(replies);
    expect((await open(url, app()).comments(7)).map(({ ours }) => ours)).toEqual([false, true]);
  });

  test("a key that is none is told, without it", () => {
    expect(() => open("http://x", app({ privateKey: "s3cret-key" }))).toThrow(
      /^(?!.*s3cret-key).*private key cannot be read/,
    );
  });
});

describe("where a repository is", () => {
  const place = async (url: string, more: Partial<ForgeSettings> = {}) => {
    const settings: ForgeSettings = {
      kind: "github",
      url,
      api: null,
      project: null,
      login: { token: "t" },
      ...more,
    };
    const asked: string[] = [];
    const real = globalThis.fetch;
    globalThis.fetch = ((to: string) => {
      asked.push(to);
      return Promise.resolve(new Response("[]"));
    }) as typeof fetch;
    try {
      await openForge(settings).pullRequests();
    } finally {
      globalThis.fetch = real;
    }
    return asked[0]!.replace(/\?.*/, "");
  };

  test.each([
    ["github", "https://github.com/lab/papers.git", "https://api.github.com/repos/lab/papers/pulls"],
    ["github", "https://github.com/lab/papers", "https://api.github.com/repos/lab/papers/pulls"],
    ["github", "git@github.com:lab/papers.git", "https://api.github.com/repos/lab/papers/pulls"],
    ["github", "ssh://git@github.com/lab/papers.git", "https://api.github.com/repos/lab/papers/pulls"],
    [
      "github",
      "https://git.lab.example/lab/papers.git",
      "https://git.lab.example/api/v3/repos/lab/papers/pulls",
    ],
    ["gitea", "http://127.0.0.1:3000/lab/papers.git", "http://127.0.0.1:3000/api/v1/repos/lab/papers/pulls"],
    [
      "gitea",
      "ssh://git@git.lab.example:2222/lab/papers.git",
      "https://git.lab.example/api/v1/repos/lab/papers/pulls",
    ],
    [
      "gitlab",
      "https://gitlab.com/group/sub/papers.git",
      "https://gitlab.com/api/v4/projects/group%2Fsub%2Fpapers/merge_requests",
    ],
  ] as const)("%s %s", async (kind, url, api) => {
    expect(await place(url, { kind })).toBe(api);
  });

  test.each([
    ["https://github.com/papers.git", "project"],
    ["https://github.com/lab/..", "project"],
    ["https://github.com/a/b/c", "project"],
    ["/srv/git/papers.git", "project"],
    ["https://github.com/lab/pa%2f..%2fpers", "project"],
  ])("%s is refused", (url, what) => {
    expect(() => openForge({ kind: "github", url, api: null, project: null, login: { token: "t" } })).toThrow(
      what,
    );
  });

  test("a token that no header can carry is refused without naming it", () => {
    for (const token of ["", "two\nlines", "two words", "s\u00fc\u00df"])
      expect(() => open("http://x", { token })).toThrow(
        "The token is empty, or has characters that no token has.",
      );
  });
});
