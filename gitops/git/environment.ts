import type { Remote } from "./remote.ts";
import { protocolOf } from "./protocol.ts";

/** Settings that hold whatever a host's or a repository's configuration says. */
const SETTINGS: readonly [string, string][] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.attributesFile", "/dev/null"],
  ["core.autocrlf", "false"],
  ["core.logAllRefUpdates", "false"],
  ["core.quotePath", "false"],
  // An empty one resets the list.
  ["credential.helper", ""],
  ["credential.interactive", "false"],
  ["fetch.fsckObjects", "true"],
  ["fetch.recurseSubmodules", "false"],
  ["fetch.writeCommitGraph", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["http.followRedirects", "false"],
  ["http.lowSpeedLimit", "1000"],
  ["http.lowSpeedTime", "60"],
  ["protocol.ext.allow", "never"],
  ["submodule.recurse", "false"],
];

/** What of our own environment git may have: to be found, to reach the network, to ask an agent. */
const PASSED = [
  ...["PATH", "HOME", "TMPDIR", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"],
  ...["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"],
  // Of Windows.
  ...["SystemRoot", "USERPROFILE"],
];

/** The environment of a call that has nothing to do with a remote: no protocol is allowed. */
export const localEnvironment = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  gitEnvironment(environment, [], "none");

/** The environment of a call to a remote: its protocol alone is allowed, and only its address gets the token. */
export async function remoteEnvironment(
  remote: Remote,
  environment: NodeJS.ProcessEnv,
): Promise<Record<string, string>> {
  const protocol = protocolOf(remote.url);
  const token = protocol === "https" || protocol === "http" ? await remote.token?.() : null;
  const basic = token == null ? null : Buffer.from(`${token.user}:${token.password}`).toString("base64");
  // Not by an argument: those are seen by every user of the machine.
  const header: [string, string][] =
    basic === null ? [] : [[`http.${remote.url}.extraHeader`, `Authorization: Basic ${basic}`]];
  return { ...gitEnvironment(environment, header, protocol), GIT_SSH_COMMAND: sshCommand(remote.sshKey) };
}

function gitEnvironment(
  environment: NodeJS.ProcessEnv,
  more: readonly [string, string][],
  protocol: string,
): Record<string, string> {
  const settings = [...SETTINGS, ...more];
  const passed = PASSED.flatMap((name) =>
    environment[name] === undefined ? [] : [[name, environment[name]] as const],
  );
  return {
    ...Object.fromEntries(passed),
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    SSH_ASKPASS: "",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_ALLOW_PROTOCOL: protocol,
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}

/** Git gives it to a shell; only the key's path is not ours. */
function sshCommand(key: string | null): string {
  const asks = "ssh -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=15 -oServerAliveCountMax=4";
  return key === null ? asks : `${asks} -oIdentitiesOnly=yes -i '${key.replaceAll("'", String.raw`'\''`)}'`;
}
