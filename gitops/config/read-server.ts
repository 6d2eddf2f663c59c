import path from "node:path";
import { seconds } from "../../core/seconds.ts";
import { reader } from "../../runs/recipe/read-text.ts";
import type { GitopsServer, GitopsServerRepository } from "../../schemas/generated/gitops-server.ts";
import type { ServedRepository } from "../../schemas/gitops-policy.ts";
import { validateGitopsServer } from "../../schemas/validators.ts";
import { protocolOf } from "../git/protocol.ts";
import { checkServer } from "./check-server.ts";
import { readDocument, type ReadConfig } from "./document.ts";

const MB = 1_000_000;

/**
 * The operator's file, by its path from `folder`; paths in it count from where it stands. All that is wrong in it is in the findings;
 * throws an Error with a sentence where it cannot be read at all.
 */
export function readServerConfig(folder: string, file: string): ReadConfig<ServedRepository[]> {
  return serverConfigOf(reader(folder, null)(file), file, path.dirname(path.resolve(folder, file)));
}

/** The same, of a text; `below` is the folder that its paths count from. */
export const serverConfigOf = (text: string, file: string, below: string): ReadConfig<ServedRepository[]> =>
  readDocument<GitopsServer, ServedRepository[]>(file, text, {
    expected: { called: "A server's file", begin: "'gitops: 1' and 'repositories:'" },
    whole: "the file",
    validate: validateGitopsServer(),
    check: checkServer,
    take: ({ repositories }) =>
      Object.entries(repositories).map(([name, repository]) => served(name, repository, below)),
  });

/** Every default is written by the schema. */
function served(name: string, written: GitopsServerRepository, below: string): ServedRepository {
  const { url, api, project, token, app, ssh_key: key, webhook_secret: secret } = written;
  const { trust, limits } = written;
  return {
    name,
    url: isPath(url) ? path.resolve(below, url) : url,
    forge: written.forge!,
    api: api ?? null,
    project: project ?? null,
    token: token ?? null,
    app: app ?? null,
    sshKey: key === undefined ? null : path.resolve(below, key),
    webhookSecret: secret ?? null,
    pollSeconds: seconds(written.poll!),
    trust: {
      push: trust!.push!,
      tag: trust!.tag!,
      pullRequest: trust!.pull_request!,
      approvers: trust!.approvers!,
      deniedKinds: trust!.kinds!.deny_for_pull_request!,
      secrets: Object.fromEntries(
        Object.entries(written.secrets!).map(([variable, { recipes, on }]) => [
          variable,
          { recipes, on: on! },
        ]),
      ),
      data: Object.fromEntries(
        Object.entries(written.data!).map(([place, { path: named, recipes, on, strangers }]) => [
          place,
          { path: path.resolve(below, named), recipes: recipes!, on: on!, strangers: strangers! },
        ]),
      ),
    },
    limits: {
      gpuHoursWithoutApproval: limits!.gpu_hours_without_approval ?? null,
      running: limits!.running!,
      queued: limits!.queued!,
      recipes: limits!.recipes!,
      files: limits!.files!,
      checkoutBytes: limits!.checkout_mb! * MB,
      mirrorBytes: limits!.mirror_mb! * MB,
      fetchSeconds: seconds(limits!.fetch!),
    },
  };
}

/** Whether an address that was checked is a path. */
function isPath(url: string): boolean {
  try {
    return protocolOf(url) === "file";
  } catch {
    return true;
  }
}
