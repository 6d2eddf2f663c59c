import { ForgeClient } from "./client.ts";
import { ForgeError, type Forge } from "./forge.ts";
import { AppTokens, type GithubApp } from "./github-app.ts";
import { githubForge } from "./github.ts";
import { gitlabForge } from "./gitlab.ts";
import { isProject, projectOf } from "./names.ts";

/** A repository on a forge, by values that are read already: secrets too. */
export interface ForgeSettings {
  kind: "github" | "gitea" | "gitlab";
  /** The clone URL. */
  url: string;
  /** Where the API is, when not where the forge's documentation has it for the URL's host. */
  api: string | null;
  /** Path of the project, when the URL does not end in it. */
  project: string | null;
  login: { token: string } | { app: GithubApp };
}

/** A forge to ask. Throws a `ForgeError` for settings that cannot be meant; asks nothing yet. */
export function openForge({ kind, url, api, project, login }: ForgeSettings): Forge {
  const path = project ?? projectOf(url);
  if (path === null || !isProject(path, kind === "gitlab" ? 21 : 2))
    throw new ForgeError(
      "refused",
      `No project of a ${kind} repository can be read from its URL. Set 'project'.`,
    );
  const base = (api ?? apiOf(kind, url)).replace(/\/+$/, "");
  if ("app" in login) {
    if (kind !== "github") throw new ForgeError("refused", "Only GitHub has apps. Set 'token'.");
    return openApp(base, path, login.app);
  }
  const { token } = login;
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new ForgeError("denied", "The token is empty, or has characters that no token has.");
  if (kind === "gitlab") {
    const client = new ForgeClient(base, () => Promise.resolve({ "private-token": token }));
    return gitlabForge({
      client,
      project: path,
      gitLogin: () => Promise.resolve({ username: "oauth2", password: token }),
    });
  }
  const client = new ForgeClient(base, () =>
    Promise.resolve({ ...versionOf(kind), authorization: `token ${token}` }),
  );
  const me = once(async () => (await client.get("/user")).at("id").count());
  return githubForge({
    ...{ kind, client, project: path },
    ours: async (comment) =>
      !comment.at("user").absent && comment.at("user").at("id").count() === (await me()),
    gitLogin: () => Promise.resolve({ username: "x-access-token", password: token }),
  });
}

function openApp(base: string, project: string, app: GithubApp): Forge {
  const tokens = new AppTokens(base, project, app);
  const authorize = async () => ({ ...versionOf("github"), authorization: `token ${await tokens.token()}` });
  const number = once(() => tokens.number());
  return githubForge({
    ...{ kind: "github", client: new ForgeClient(base, authorize), project },
    ours: async (comment) => {
      const by = comment.at("performed_via_github_app");
      return !by.absent && by.at("id").count() === (await number());
    },
    gitLogin: async () => ({ username: "x-access-token", password: await tokens.token() }),
  });
}

const versionOf = (kind: "github" | "gitea"): Record<string, string> =>
  kind === "github" ? { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" } : {};

/** Where each forge documents its API, for the host of a clone URL. */
function apiOf(kind: ForgeSettings["kind"], url: string): string {
  const origin = originOf(url);
  if (origin === null)
    throw new ForgeError("refused", `No host can be read from the repository's URL. Set 'api'.`);
  if (kind === "gitlab") return `${origin}/api/v4`;
  if (kind === "gitea") return `${origin}/api/v1`;
  return origin === "https://github.com" ? "https://api.github.com" : `${origin}/api/v3`;
}

function originOf(url: string): string | null {
  const scp = /^[^/@:]+@(?<host>[^/:]+):/.exec(url)?.groups?.["host"];
  if (scp !== undefined) return `https://${scp}`;
  if (!URL.canParse(url)) return null;
  const { protocol, host, hostname } = new URL(url);
  if (protocol === "https:" || protocol === "http:") return `${protocol}//${host}`;
  // Its port is that of ssh.
  return hostname === "" ? null : `https://${hostname}`;
}

/** Asked once; again after a failure. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null;
  return () => {
    asked ??= ask().catch((error: unknown) => {
      asked = null;
      throw error;
    });
    return asked;
  };
}
