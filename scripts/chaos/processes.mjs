// The processes of one store, by what they are.
import fs from "node:fs";
import path from "node:path";

/** Every live process, by its id. Linux only. */
const processes = (folder) => new Map(fs.readdirSync("/proc").flatMap((name) => look(Number(name), folder)));

/** Of a live process, by its id: its parent, its command line, and whether it names the folder or works in it. */
function look(pid, folder) {
  try {
    const args = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    const status = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, parent] = status.slice(status.lastIndexOf(")") + 2).split(" ");
    const inside = args.includes(folder) || fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    return state === "Z" ? [] : [[pid, { parent: Number(parent), args, inside }]];
  } catch {
    return [];
  }
}

const KINDS = {
  encoder: / -m reprise_trainer\.films /,
  trainer: / -m reprise_trainer /,
  host: / -m reprise_trainer\.host /,
  cli: /main\.js run /,
  worker: /main\.js worker/,
  server: / server start-dev /,
};

/** A live process of a kind that names the folder, works in it, or was started by one that does; or undefined. */
export function find(folder, kind) {
  const all = processes(folder);
  const isOf = (pid) => all.has(pid) && (all.get(pid).inside || isOf(all.get(pid).parent));
  const pid = [...all.keys()].find((one) => KINDS[kind].test(all.get(one).args) && isOf(one));
  return pid === undefined ? undefined : { pid };
}

/** Everything of the folder but its server, and what ends that with the folder. */
export const leftOvers = (folder) =>
  [...processes(folder)].flatMap(([pid, { args, inside }]) =>
    inside && pid !== process.pid && !KINDS.server.test(args) && !/ server-watch [0-9]/.test(args)
      ? [{ args }]
      : [],
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
