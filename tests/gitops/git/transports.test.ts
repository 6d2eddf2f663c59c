import path from "node:path";
import { describe, expect, test } from "vitest";
import { gitIn } from "../../../gitops/git/repository.ts";
import { remoteEnvironment } from "../../../gitops/git/environment.ts";
import { Mirror } from "../../../gitops/git/mirror.ts";
import { remoteOf, type Remote } from "../../../gitops/git/remote.ts";
import { BareRepository } from "../../support/git.ts";
import { serveByDaemon, serveByHttp } from "../../support/git-http.ts";
import { temporaryFolder } from "../../support/folders.ts";

const LIMITS = { mirrorBytes: 100e6, checkoutBytes: 10e6, files: 1000, fetchSeconds: 30 };
const TOKEN = "s3cret-token";

function mirrorOf(url: string, token: Remote["token"] = null) {
  const folder = temporaryFolder();
  const places = { mirror: path.join(folder, "mirror.git"), checkouts: path.join(folder, "checkouts") };
  return { places, mirror: new Mirror(places as never, { url, token, sshKey: null }, LIMITS) };
}

/** Fetches all and reads a file: the whole way. */
async function followed(mirror: Mirror, sha: string): Promise<string | undefined> {
  const { refs, defaultBranch } = await mirror.heads();
  expect([refs["refs/heads/main"], defaultBranch]).toEqual([sha, "main"]);
  expect(await mirror.fetch(refs)).toEqual([]);
  const commit = await mirror.commit(sha);
  await commit.load(["a.txt"]);
  return commit.text("a.txt");
}

const unauthorized: Parameters<typeof serveByHttp>[1] = (request, response) => {
  const wanted = `Basic ${Buffer.from(`token:${TOKEN}`).toString("base64")}`;
  if (request.headers.authorization === wanted) return false;
  response.writeHead(401, { "www-authenticate": 'Basic realm="papers"' }).end();
  return true;
};

describe("by http", () => {
  test("git http-backend: fetch, and a ref of ours pushed", async () => {
    const repository = await BareRepository.make();
    const sha = await repository.commit({ "a.txt": "over http" });
    const { url } = await serveByHttp(path.dirname(repository.folder));
    const { mirror } = mirrorOf(`${url}/papers.git`);
    expect(await followed(mirror, sha)).toBe("over http");
    expect(await mirror.writeRef(`refs/reprise/status/${sha}`, { "a.json": "{}" })).toBe("remote");
    expect(await repository.git("show", `refs/reprise/status/${sha}:a.json`)).toBe("{}");
  });

  test("with a token, which stands in no argument, no file, no address and no message", async () => {
    const repository = await BareRepository.make();
    const sha = await repository.commit({ "a.txt": "behind a token" });
    const { url, asked } = await serveByHttp(path.dirname(repository.folder), unauthorized);
    const served = {
      url: `${url}/papers.git`,
      forge: "gitea",
      token: { env: "PAPERS_TOKEN" },
      sshKey: null,
    } as const;
    const right = remoteOf(served, { PAPERS_TOKEN: TOKEN });
    const { mirror, places } = mirrorOf(right.url, right.token);
    expect(await followed(mirror, sha)).toBe("behind a token");
    expect(asked.every(({ url: place }) => !place.includes(TOKEN))).toBe(true);
    const { stdout } = await gitIn(places.mirror)(["config", "--list"]);
    expect(stdout.toString()).not.toContain(TOKEN);
    for (const value of [undefined, "wrong"]) {
      const wrong = remoteOf(served, value === undefined ? {} : { PAPERS_TOKEN: value });
      const error = await mirrorOf(wrong.url, wrong.token)
        .mirror.heads()
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ fault: "denied" });
      expect(String(error)).not.toContain("wrong");
    }
    const environment = await remoteEnvironment(right, {
      PATH: "/bin",
      GIT_SSH_COMMAND: "evil",
      GIT_DIR: "/evil",
      GIT_EXEC_PATH: "/evil",
      LD_PRELOAD: "/evil",
    });
    expect(JSON.stringify(environment)).not.toContain("evil");
    expect(environment["GIT_ALLOW_PROTOCOL"]).toBe("http");
  });

  test("a redirect is not followed: the token goes to nobody else", async () => {
    const repository = await BareRepository.make();
    await repository.commit({ "a.txt": "a" });
    const other = await serveByHttp(path.dirname(repository.folder));
    const { url } = await serveByHttp("/nowhere", (request, response) => {
      response.writeHead(302, { location: `${other.url}${request.url!}` }).end();
      return true;
    });
    const token = () => Promise.resolve({ user: "token", password: TOKEN });
    await expect(mirrorOf(`${url}/papers.git`, token).mirror.heads()).rejects.toMatchObject({
      fault: "refused",
    });
    expect(other.asked).toEqual([]);
  });

  test.each([
    [500, "unreachable"],
    [503, "unreachable"],
    [429, "unreachable"],
    [403, "denied"],
    [404, "gone"],
  ])("%d is told as %s", async (status, fault) => {
    const { url } = await serveByHttp("/nowhere", (_, response) => {
      response.writeHead(status).end();
      return true;
    });
    await expect(mirrorOf(`${url}/papers.git`).mirror.heads()).rejects.toMatchObject({ fault });
  });

  test("nobody there", async () => {
    await expect(mirrorOf("http://127.0.0.1:9/papers.git").mirror.heads()).rejects.toMatchObject({
      fault: "unreachable",
    });
  });

  test("what a server says in its messages is one line without control characters", async () => {
    const { url } = await serveByHttp("/nowhere", (_, response) => {
      response.writeHead(200, { "content-type": "application/x-git-upload-pack-advertisement" });
      const line = "ERR no \u001b[31mred\u0007\n::error::pwned";
      response.end(
        `001e# service=git-upload-pack\n0000${(line.length + 4).toString(16).padStart(4, "0")}${line}0000`,
      );
      return true;
    });
    const error = (await mirrorOf(`${url}/papers.git`)
      .mirror.heads()
      .catch((caught: unknown) => caught)) as Error;
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });
});

test("by git daemon", async () => {
  const repository = await BareRepository.make();
  const sha = await repository.commit({ "a.txt": "over git" });
  const { mirror } = mirrorOf(await serveByDaemon(path.dirname(repository.folder), repository.folder));
  expect(await followed(mirror, sha)).toBe("over git");
  // It takes no push.
  expect(await mirror.writeRef(`refs/reprise/status/${sha}`, { "a.json": "{}" })).toBe("mirror");
});

test.each(["ext::sh -c id", "fd::3", "--upload-pack=id", "-oProxyCommand=id:papers", "ftp://a/b"])(
  "%s is no address",
  async (url) => {
    await expect(mirrorOf(url).mirror.heads()).rejects.toThrow("no URL of a repository");
  },
);
