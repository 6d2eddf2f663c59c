import type { PullRequest, Status } from "../../schemas/gitops.ts";
import type { Answer } from "./answer.ts";
import type { ForgeClient } from "./client.ts";
import { upsertComment } from "./comments.ts";
import { ForgeError, type Forge, type ForgeComment, type GitLogin, type Permission } from "./forge.ts";
import { isLogin } from "./names.ts";
import { FORGE_STATES } from "./states.ts";

interface Parts {
  client: ForgeClient;
  /** group/…/name */
  project: string;
  gitLogin: () => Promise<GitLogin>;
}

// Developer and above push; Maintainer and above administer. Below: Guest, Planner, Reporter, Security Manager.
const [DEVELOPER, MAINTAINER] = [30, 40];

/** GitLab. Pull requests are its merge requests. */
export function gitlabForge({ client, project, gitLogin }: Parts): Forge {
  const base = `/projects/${encodeURIComponent(project)}`;
  let account: Promise<number> | null = null;
  const me = (): Promise<number> => {
    account ??= client.get("/user").then((user) => user.at("id").count());
    return account.catch((error: unknown) => {
      account = null;
      throw error;
    });
  };

  /** The newest status of a context: GitLab adds one where the former has ended. */
  async function shown(sha: string, context: string): Promise<Shown | null> {
    const path = `${base}/repository/commits/${sha}/statuses?name=${encodeURIComponent(context)}`;
    const items = (await client.list(path)).filter((item) => item.at("name").text() === context);
    return items.map(readShown).sort((a, b) => b.id - a.id)[0] ?? null;
  }

  async function shows(sha: string, statuses: readonly Status[]): Promise<boolean> {
    const items = await client.list(`${base}/repository/commits/${sha}/statuses`);
    const newest = new Map<string, Shown>();
    for (const item of items) {
      const [name, one] = [item.at("name").text(), readShown(item)];
      if ((newest.get(name)?.id ?? -1) < one.id) newest.set(name, one);
    }
    return statuses.every(({ context, state, description, url }) => {
      const now = newest.get(context);
      const wanted = FORGE_STATES[state].gitlab;
      if (now?.state !== wanted) return false;
      // The words of one that is not over may stay as they were.
      const isOpen = wanted === "running" || wanted === "pending";
      return isOpen || (now.description === description && now.url === (url ?? ""));
    });
  }

  async function status({ sha, context, state, description, url }: Status): Promise<"sent" | "unchanged"> {
    const wanted = FORGE_STATES[state].gitlab;
    const now = await shown(sha, context);
    const same = now?.state === wanted;
    if (same && now.description === description && now.url === (url ?? "")) return "unchanged";
    // It refuses to go from a state into the same one, so a new description of a running one is not shown.
    if (same && wanted === "running") return "unchanged";
    const body = {
      ...{ state: wanted, name: context, description },
      ...(url === null ? {} : { target_url: url }),
      // Else it may put the next status of a commit into another of its pipelines.
      ...(now === null || now.pipeline === null ? {} : { pipeline_id: now.pipeline }),
    };
    try {
      await client.send("POST", `${base}/statuses/${sha}`, body);
      return "sent";
    } catch (error) {
      if (isOnNoBranch(error))
        throw new ForgeError(
          "refused",
          "GitLab takes no status of a commit that is on no branch of the project, such as a fork's. Its merge request has the comment.",
        );
      if (!isTransition(error) || (await shown(sha, context))?.state !== wanted) throw error;
      return "unchanged";
    }
  }

  async function pullRequests(): Promise<PullRequest[]> {
    const items = await client.list(`${base}/merge_requests?state=opened&scope=all`);
    // One that was just opened has no commit until GitLab has looked at it.
    return items.filter((item) => !item.at("sha").absent).map(readMergeRequest);
  }

  async function permission(login: string): Promise<Permission> {
    if (!isLogin(login)) return "none";
    const users = (await client.get(`/users?username=${encodeURIComponent(login)}`)).items();
    const user = users.find((item) => item.at("username").text().toLowerCase() === login.toLowerCase());
    if (user === undefined || user.at("state").text() !== "active") return "none";
    try {
      const member = await client.get(`${base}/members/all/${user.at("id").count()}`);
      const level = member.at("access_level").count();
      if (member.at("state").optionalText() !== "active") return "none";
      return level >= MAINTAINER ? "admin" : level >= DEVELOPER ? "write" : level > 0 ? "read" : "none";
    } catch (error) {
      if (error instanceof ForgeError && error.fault === "gone") return "none";
      throw error;
    }
  }

  async function comments(pull: number): Promise<ForgeComment[]> {
    const own = await me();
    const path = `${base}/merge_requests/${pull}/notes?sort=asc&order_by=created_at`;
    const notes = (await client.list(path)).filter((note) => !note.at("system").flag());
    return notes.map((note) => ({
      id: note.at("id").count(),
      author: note.at("author").absent ? null : note.at("author").at("username").text(),
      ours: !note.at("author").absent && note.at("author").at("id").count() === own,
      body: note.at("body").optionalText(),
    }));
  }

  return {
    ...{ kind: "gitlab", status, shows, pullRequests, permission, comments, gitLogin },
    pullRef: (number) => `refs/merge-requests/${number}/head`,
    comment: (pull, marker, text) =>
      upsertComment(marker, text, {
        comments: () => comments(pull),
        write: (body) => client.send("POST", `${base}/merge_requests/${pull}/notes`, { body }),
        edit: (id, body) => client.send("PUT", `${base}/merge_requests/${pull}/notes/${id}`, { body }),
      }),
  };
}

interface Shown {
  id: number;
  state: string;
  description: string;
  url: string;
  pipeline: number | null;
}

const readShown = (item: Answer): Shown => ({
  id: item.at("id").count(),
  state: item.at("status").text(),
  description: item.at("description").optionalText(),
  url: item.at("target_url").optionalText(),
  pipeline: item.at("pipeline_id").absent ? null : item.at("pipeline_id").count(),
});

const readMergeRequest = (item: Answer): PullRequest => ({
  number: item.at("iid").count(),
  head: item.at("sha").sha(),
  base: item.at("target_branch").text(),
  fork:
    item.at("source_project_id").absent ||
    item.at("source_project_id").count() !== item.at("target_project_id").count(),
  author: item.at("author").absent ? null : item.at("author").at("username").text(),
});

/** It says that it is not there, in words of its own: not as of a commit that it does not have. */
const isOnNoBranch = (error: unknown): boolean =>
  error instanceof ForgeError && error.fault === "gone" && /References for commit/i.test(error.message);

const isTransition = (error: unknown): boolean =>
  error instanceof ForgeError && error.fault === "refused" && /cannot transition/i.test(error.message);
