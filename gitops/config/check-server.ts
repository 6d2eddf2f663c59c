import { KINDS } from "../../activities/index.ts";
import type { Layers } from "../../compiler/layers.ts";
import type { Path } from "../../compiler/mapping.ts";
import { closest } from "../../core/suggest.ts";
import type { Diagnostic } from "../../schemas/diagnostic.ts";
import type { GitopsServer, GitopsServerRepository } from "../../schemas/generated/gitops-server.ts";
import { addressOf } from "./address.ts";
import { wrongPatterns } from "./patterns.ts";

/** What no schema can say of an operator's file. */
export const checkServer = ({ repositories }: GitopsServer, layers: Layers): Diagnostic[] =>
  Object.entries(repositories).flatMap(([name, repository]) => {
    const at = ["repositories", name];
    return [
      ...wrongAddress(repository, layers, at),
      ...misfits(repository).map(([key, message]) => layers.diagnostic("R0702", [...at, key], message)),
      ...wrongKinds(repository, layers, at),
      ...patternsOf(repository).flatMap(([place, patterns, what]) =>
        wrongPatterns(layers, [...at, ...place], patterns, what),
      ),
    ];
  });

function wrongAddress({ url, insecure }: GitopsServerRepository, layers: Layers, at: Path): Diagnostic[] {
  const address = addressOf(url, insecure === true);
  return "wrong" in address ? [layers.diagnostic("R0701", [...at, "url"], address.wrong)] : [];
}

/** Keys that say something that cannot hold beside another one, with why. */
function misfits(repository: GitopsServerRepository): [string, string][] {
  const { url, forge, api, project, token, app, ssh_key: key, insecure } = repository;
  const found: [string, string][] = [];
  const address = addressOf(url, insecure === true);
  const protocol = "wrong" in address ? null : address.protocol;
  if (forge === "none" && api !== undefined)
    found.push(["api", "Without a forge there is no API. Say which 'forge' it is."]);
  if (forge === "none" && project !== undefined)
    found.push(["project", "Without a forge it has no name there. Say which 'forge' it is."]);
  if (forge !== "none" && token === undefined && app === undefined)
    found.push(["forge", `Statuses at ${forge} need a token: { env: NAME_OF_A_VARIABLE }.`]);
  if (app !== undefined && forge !== "github")
    found.push(["app", "Only GitHub has Apps: with another forge, give a 'token'."]);
  if (app !== undefined && token !== undefined) found.push(["token", "Give a token or an app, not both."]);
  if (forge !== "none" && protocol === "file") {
    if (api === undefined)
      found.push(["forge", `Where ${forge}'s API is does not follow from a path. Give 'api'.`]);
    if (project === undefined)
      found.push(["forge", `What it is called at ${forge} does not follow from a path. Give 'project'.`]);
  }
  if (key !== undefined && protocol !== null && protocol !== "ssh")
    found.push(["ssh_key", "A key is for fetching by ssh, and the url is none of ssh."]);
  if (api?.startsWith("http://") && insecure !== true && "wrong" in addressOf(api, false))
    found.push([
      "api",
      "By http anyone on the way can read the token. Use https, or allow it with 'insecure: true'.",
    ]);
  return found;
}

function wrongKinds({ trust }: GitopsServerRepository, layers: Layers, at: Path): Diagnostic[] {
  const denied = trust?.kinds?.deny_for_pull_request ?? [];
  return denied.flatMap((kind, index) => {
    if (KINDS.find(kind) !== undefined) return [];
    const suggestion = closest(kind, KINDS.names);
    const hint =
      suggestion === undefined ? `There are: ${KINDS.names.join(", ")}.` : `Did you mean '${suggestion}'?`;
    const place = [...at, "trust", "kinds", "deny_for_pull_request", index];
    return [
      layers.diagnostic(
        "R0703",
        place,
        `There is no kind '${kind}', so denying it protects from nothing. ${hint}`,
        { suggestion },
      ),
    ];
  });
}

const patternsOf = ({
  trust,
  secrets = {},
  data = {},
}: GitopsServerRepository): [Path, readonly string[] | undefined, "branch" | "tag" | "path"][] => [
  [["trust", "push"], trust?.push, "branch"],
  [["trust", "tag"], trust?.tag, "tag"],
  ...Object.entries(secrets).map(
    ([name, { recipes }]) =>
      [["secrets", name, "recipes"], recipes, "path"] as [Path, readonly string[], "path"],
  ),
  ...Object.entries(data).map(
    ([name, { recipes = [] }]) =>
      [["data", name, "recipes"], recipes, "path"] as [Path, readonly string[], "path"],
  ),
];
