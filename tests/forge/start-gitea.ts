import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import getPort from "get-port";
import { builtGitea } from "../../scripts/forge/gitea.mjs";
import { afterwards, temporaryFolder } from "../support/folders.ts";

/** Where Gitea was built; null: `npm test -- forge` builds it, where Go is. */
export const built = builtGitea();

export interface Gitea {
  url: string;
  /** Makes an account; gives its token. */
  account: (name: string, how?: { admin: boolean }) => Promise<string>;
  /** Asks the API; throws on anything but success. */
  ask: (token: string, method: string, path: string, body?: object) => Promise<unknown>;
  /** As `ask`; gives the status. */
  statusOf: (token: string, method: string, path: string, body?: object) => Promise<number>;
  stop: () => Promise<void>;
  start: () => Promise<void>;
}

/** A Gitea of its own on loopback, until the test, or the file's tests, are over. */
export async function startGitea(): Promise<Gitea> {
  const folder = path.join(temporaryFolder(), "gitea");
  const port = await getPort();
  const url = `http://127.0.0.1:${port}`;
  const config = path.join(folder, "app.ini");
  mkdirSync(folder);
  writeFileSync(config, settings(folder, url, port));
  const env = { HOME: folder, GITEA_WORK_DIR: folder };
  const binary = path.join(built!, "gitea");
  const call = async (...args: string[]): Promise<string> =>
    (await execa(binary, ["--config", config, ...args], { env, cwd: folder })).stdout;
  await call("migrate");

  let child: ReturnType<typeof spawn> | null = null;
  const start = async (): Promise<void> => {
    const log = openSync(path.join(folder, "log.txt"), "a");
    child = spawn(binary, ["--config", config, "web"], {
      ...{ cwd: folder, env: { ...process.env, ...env }, stdio: ["ignore", log, log] },
    });
    for (let tries = 0; ; tries += 1) {
      const answer = await fetch(`${url}/api/healthz`).catch(() => null);
      if (answer?.ok === true) return;
      if (tries > 300 || child.exitCode !== null)
        throw new Error(`Gitea did not start:\n${readFileSync(path.join(folder, "log.txt"), "utf8")}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const stop = async (): Promise<void> => {
    if (child === null) return;
    const ended = new Promise((resolve) => child!.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
    child = null;
  };
  afterwards(stop);
  await start();

  const send = (token: string, method: string, place: string, body?: object): Promise<Response> =>
    fetch(`${url}/api/v1${place}`, {
      method,
      headers: { authorization: `token ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    ...{ url, start, stop },
    account: async (name, how) => {
      const admin = how?.admin === true ? ["--admin"] : [];
      await call(
        ...["admin", "user", "create", "--username", name, "--password", `long-password-${name}`],
        ...["--email", `${name}@example.org`, "--must-change-password=false", ...admin],
      );
      const said = await call(
        ...["admin", "user", "generate-access-token", "--username", name, "--token-name", "test"],
        ...["--scopes", "all", "--raw"],
      );
      return /[0-9a-f]{40}/.exec(said)![0];
    },
    ask: async (token, method, place, body) => {
      const answer = await send(token, method, place, body);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${place}: ${answer.status} ${text}`);
      return text === "" ? null : JSON.parse(text);
    },
    statusOf: async (token, method, place, body) => (await send(token, method, place, body)).status,
  };
}

// As root it only starts when told so before the first section; without the list no webhook reaches loopback.
const settings = (folder: string, url: string, port: number): string => `RUN_MODE = prod
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
WORK_PATH = ${folder}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = ${url}/
STATIC_ROOT_PATH = ${built}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = ${path.join(folder, "gitea.db")}
[repository]
ROOT = ${path.join(folder, "repositories")}
DEFAULT_BRANCH = main
[security]
INSTALL_LOCK = true
[service]
DISABLE_REGISTRATION = true
[webhook]
ALLOWED_HOST_LIST = loopback
[actions]
ENABLED = false
[packages]
ENABLED = false
[cron]
ENABLED = false
[mailer]
ENABLED = false
[log]
LEVEL = Warn
`;
