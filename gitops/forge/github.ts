import type { PullRequest, Status } from "../../schemas/gitops.ts";
import type { Answer } from "./answer.ts";
import type { ForgeClient } from "./client.ts";
import { upsertComment } from "./comments.ts";
import { ForgeError, type Forge, type ForgeComment, type GitLogin, type Permission } from "./forge.ts";
import { isLogin } from "./names.ts";
import { FORGE_STATES } from "./states.ts";

/** What GitHub and Gitea differ in. Forgejo is as Gitea. */
interface Dialect {
  kind: "github" | "gitea";
  client: ForgeClient;
  /** owner/name */
  project: string;
  /** Whether a comment or its author is ours. */
  ours: (comment: Answer) => Promise<boolean>;
  gitLogin: () => Promise<GitLogin>;
}

const MOST_STATUS_PAGES = 20;

const PERMISSIONS: Readonly<Record<string, Permission>> = {
  ...{ none: "none", read: "read", triage: "read", write: "write", maintain: "write" },
  ...{ admin: "admin", owner: "admin" },
};

/** GitHub, and Gitea, whose API has the same shape where it is used here. */
export function githubForge({ kind, client, project, ours, gitLogin }: Dialect): Forge {
  const [owner = "", name = ""] = project.split("/").map(encodeURIComponent);
  const repository = `/repos/${owner}/${name}`;

  /** The newest status of each of some contexts that have one. */
  async function shown(sha: string, contexts: readonly string[]): Promise<Map<string, Answer>> {
    const found = new Map<string, Answer>();
    // One for each context: the list of all statuses may have a thousand of ours.
    for (let page = 1; page <= MOST_STATUS_PAGES; page += 1) {
      const path = `${repository}/commits/${sha}/status?per_page=100&limit=100&page=${page}`;
      const answer = (await client.get(path)).at("statuses");
      const items = answer.absent ? [] : answer.items();
      for (const item of items) {
        const context = item.at("context").text();
        if (contexts.includes(context) && !found.has(context)) found.set(context, item);
      }
      if (found.size === contexts.length || items.length === 0) break;
    }
    return found;
  }

  const isShown = (now: Answer | undefined, { state, description, url }: Status): boolean =>
    now !== undefined &&
    now.at(kind === "github" ? "state" : "status").text() === FORGE_STATES[state][kind] &&
    now.at("description").optionalText() === description &&
    now.at("target_url").optionalText() === (url ?? "");

  async function shows(sha: string, statuses: readonly Status[]): Promise<boolean> {
    const now = await shown(
      sha,
      statuses.map(({ context }) => context),
    );
    return statuses.every((one) => isShown(now.get(one.context), one));
  }

  async function status(one: Status): Promise<"sent" | "unchanged"> {
    const { sha, context, state, description, url } = one;
    const wanted = FORGE_STATES[state][kind];
    if (isShown((await shown(sha, [context])).get(context), one)) return "unchanged";
    const body = { state: wanted, context, description, ...(url === null ? {} : { target_url: url }) };
    await client.send("POST", `${repository}/statuses/${sha}`, body);
    return "sent";
  }

  async function pullRequests(): Promise<PullRequest[]> {
    return (await client.list(`${repository}/pulls?state=open`)).map(readPull);
  }

  async function permission(login: string): Promise<Permission> {
    if (!isLogin(login)) return "none";
    try {
      const path = `${repository}/collaborators/${encodeURIComponent(login)}/permission`;
      const said = (await client.get(path)).at("permission").text();
      // A word of a later version gives nobody more than reading.
      return PERMISSIONS[said] ?? "read";
    } catch (error) {
      if (!(error instanceof ForgeError)) throw error;
      if (error.fault === "gone") return "none";
      if (kind === "gitea" && error.fault === "denied")
        throw new ForgeError(
          "denied",
          `${error.message}. Make Reprise's account an administrator of the repository: nobody else may ask that.`,
        );
      throw error;
    }
  }

  async function comments(pull: number): Promise<ForgeComment[]> {
    const items = await client.list(`${repository}/issues/${pull}/comments`);
    return Promise.all(
      items.map(async (item) => ({
        id: item.at("id").count(),
        author: item.at("user").absent ? null : item.at("user").at("login").text(),
        ours: await ours(item),
        body: item.at("body").optionalText(),
      })),
    );
  }

  return {
    ...{ kind, status, shows, pullRequests, permission, comments, gitLogin },
    pullRef: (number) => `refs/pull/${number}/head`,
    comment: (pull, marker, body) =>
      upsertComment(marker, body, {
        comments: () => comments(pull),
        write: (text) => client.send("POST", `${repository}/issues/${pull}/comments`, { body: text }),
        edit: (id, text) => client.send("PATCH", `${repository}/issues/comments/${id}`, { body: text }),
      }),
  };
}

function readPull(pull: Answer): PullRequest {
  const [head, base] = [pull.at("head"), pull.at("base")];
  // Without a repository its fork was deleted.
  const fork =
    head.at("repo").absent || head.at("repo").at("id").count() !== base.at("repo").at("id").count();
  return {
    number: pull.at("number").count(),
    head: head.at("sha").sha(),
    base: base.at("ref").text(),
    fork,
    author: pull.at("user").absent ? null : pull.at("user").at("login").text(),
  };
}
