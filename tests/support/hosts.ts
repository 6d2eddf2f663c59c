import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { packageRoot } from "../../core/package-root.ts";
import { BINARY } from "./cli.ts";

const SOURCE = path.join(packageRoot, "tests", "support", "other-clock.c");
const HOSTS = [1, 2, 3];
/** The range of RFC 2544, which no real network has. */
const network = `198.18.${process.pid % 250}`;
const bridge = `rb${process.pid % 1_000_000}`;
const nameOf = (host: number): string => `${bridge}-${host}`;

/** The address of this machine as the hosts see it. */
export const ADDRESS = `${network}.254`;

const tells = (command: string, args: string[]): string | null => {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? null : `${command} ${args.join(" ")}: ${stderr?.trim() || error?.message}`;
};

/** Why no hosts can be made here of namespaces; null where they can. */
export function whyNoHosts(): string | null {
  if (process.platform !== "linux") return "not Linux";
  if (process.getuid!() !== 0) return "not root";
  return (
    tells("cc", ["--version"]) ??
    tells("unshare", [
      "--mount",
      "--uts",
      "--pid",
      "--net",
      "--fork",
      "--kill-child",
      "--mount-proc",
      "true",
    ]) ??
    tells("ip", ["netns", "list"]) ??
    tells("ip", ["link", "add", bridge, "type", "bridge"]) ??
    tells("ip", ["link", "del", bridge])
  );
}

/**
 * Three hosts on one network and one file system, all of the same name: each in its own network, mount, host name and pid
 * namespaces. `on` starts the command on one of them.
 */
export function threeHosts() {
  const does = (...args: string[]) => {
    const trouble = tells("ip", args);
    if (trouble !== null) throw new Error(trouble);
  };
  does("link", "add", bridge, "type", "bridge");
  does("addr", "add", `${ADDRESS}/24`, "dev", bridge);
  does("link", "set", bridge, "up");
  for (const host of HOSTS) {
    const [name, wire] = [nameOf(host), `${bridge}v${host}`];
    does("netns", "add", name);
    does("link", "add", wire, "type", "veth", "peer", "name", "eth0", "netns", name);
    does("link", "set", wire, "master", bridge, "up");
    does("-n", name, "addr", "add", `${network}.${host}/24`, "dev", "eth0");
    does("-n", name, "link", "set", "eth0", "up");
    does("-n", name, "link", "set", "lo", "up");
  }
  // LD_PRELOAD is split at blanks, which the folders of the tests have on purpose.
  const folder = mkdtempSync("/tmp/reprise-other-clock-");
  const clock = path.join(folder, "other-clock.so");
  const trouble = tells("cc", ["-O1", "-shared", "-fPIC", "-o", clock, SOURCE]);
  if (trouble !== null) throw new Error(trouble);

  const started: { kill: (signal: "SIGKILL") => boolean }[] = [];
  /** On a host whose clock is so many minutes off. When it is killed, all of its host is. */
  const on = (host: number, minutesOff: number, cwd: string, args: string[], env: Record<string, string>) => {
    const apart = ["--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const named = ["sh", "-c", 'hostname worker && exec "$0" "$@"', process.execPath, BINARY, ...args];
    const command = execa("ip", ["netns", "exec", nameOf(host), "unshare", ...apart, ...named], {
      cwd,
      env: { ...env, LD_PRELOAD: clock, OTHER_CLOCK: String(minutesOff * 60) },
      reject: false,
      stdin: "ignore",
      detached: true,
    });
    started.push(command);
    return command;
  };
  const remove = () => {
    for (const command of started) command.kill("SIGKILL");
    for (const host of HOSTS) tells("ip", ["netns", "del", nameOf(host)]);
    tells("ip", ["link", "del", bridge]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { on, remove };
}
