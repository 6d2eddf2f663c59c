// The processes of one store, by what they are.
import fs from "node:fs";
import path from "node:path";

/** Pid and command line of every process that names the folder, or works in it. Linux only. */
function processesOf(folder) {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((pid) => {
      try {
        const args = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        const state = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
        const alive = !state.slice(state.lastIndexOf(")")).startsWith(") Z");
        const inside = args.includes(folder) || fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
        return alive && inside ? [{ pid: Number(pid), args }] : [];
      } catch {
        return [];
      }
    });
}

const KINDS = {
  encoder: / -m reprise_trainer\.films /,
  trainer: / -m reprise_trainer /,
  host: / -m reprise_trainer\.host /,
  cli: /main\.js run /,
  worker: /main\.js worker/,
  server: / server start-dev /,
};

/** A live process of a kind, or undefined. */
export const find = (folder, kind) => processesOf(folder).find(({ args }) => KINDS[kind].test(args));

/** Everything of the folder but its server, and what ends that with the folder. */
export const leftOvers = (folder) =>
  processesOf(folder).filter(
    ({ pid, args }) => pid !== process.pid && !KINDS.server.test(args) && !/ server-watch [0-9]/.test(args),
  );

/** A folder on a disk of its own, small enough to be filled, or null where none can be mounted. */
export function smallDisk(folder, megabytes, run) {
  fs.mkdirSync(folder, { recursive: true });
  return run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]) ? folder : null;
}

/** Takes all that is left of a disk; gives a function that gives it back. */
export function fill(folder) {
  const file = path.join(folder, "filler");
  const handle = fs.openSync(file, "w");
  const block = Buffer.alloc(1 << 20);
  for (const size of [block.length, 4096, 1]) {
    try {
      for (;;) fs.writeSync(handle, block, 0, size);
    } catch (error) {
      if (error.code !== "ENOSPC") throw error;
    }
  }
  fs.closeSync(handle);
  return () => fs.rmSync(file, { force: true });
}
