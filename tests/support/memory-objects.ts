import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { tagged, type Objects } from "../../store/objects.ts";

interface Kept {
  bytes: Buffer;
  changed: number;
  executable: boolean;
  version: number;
}

/** Objects in this process's memory, as an object storage has them; copies of big ones are made below `scratch`. */
export function memoryObjects(
  scratch: string,
): Objects & { setChanged: (key: string, time: number) => void } {
  const kept = new Map<string, Kept>();
  const folders = new Map<string, number>();
  let versions = 0;
  const keep = (key: string, bytes: string | Buffer, executable = false) =>
    kept.set(key, { bytes: Buffer.from(bytes), changed: Date.now(), executable, version: versions++ });
  const below = (key: string) => [...kept.keys()].filter((other) => other.startsWith(`${key}/`));
  const copyOf = (key: string) => path.join(scratch, "copies", encodeURIComponent(key));
  const setChanged = (key: string, time: number) => {
    const one = kept.get(key);
    if (one !== undefined) one.changed = time;
    else if (below(key).length > 0) folders.set(key, time);
    else throw new Error(`there is no ${key}`);
  };
  return {
    setChanged,
    async read(key) {
      await turn();
      const one = kept.get(key);
      return one === undefined ? null : Object.assign(tagged(one.bytes), { bytes: Buffer.from(one.bytes) });
    },
    async write(key, bytes, { when } = {}) {
      await turn();
      const now = kept.get(key);
      if (when === "absent" ? now !== undefined : when && (!now || tagged(now.bytes).tag !== when.tag))
        return "refused";
      keep(key, bytes);
      return tagged(bytes);
    },
    settle: () => turn(),
    async look(key) {
      await turn();
      const inside = [key, ...below(key).filter((other) => !other.slice(key.length + 1).includes("/"))];
      const found = inside.flatMap((other) => kept.get(other) ?? []);
      if (found.length === 0 && below(key).length === 0) return null;
      return {
        changed: folders.get(key) ?? Math.max(0, ...found.map(({ changed }) => changed)),
        version: String(Math.max(0, ...found.map(({ version }) => version))),
      };
    },
    async touch(key) {
      await turn();
      setChanged(key, Date.now());
    },
    async list(key) {
      await turn();
      return [...new Set(below(key).map((other) => other.slice(key.length + 1).split("/")[0]!))];
    },
    async remove(key) {
      await turn();
      const found = [...below(key), ...(kept.has(key) ? [key] : [])];
      for (const other of found) kept.delete(other);
      folders.delete(key);
      rmSync(copyOf(key), { recursive: true, force: true });
      return found.length > 0;
    },
    async upload(key, folder, last) {
      await turn();
      if (kept.has(key) || below(key).length > 0) return false;
      if (!existsSync(path.join(folder, last))) throw new Error(`${folder} has no ${last}`);
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        const place = path.join(folder, name);
        const stats = statSync(place);
        if (stats.isFile()) keep(`${key}/${name}`, readFileSync(place), (stats.mode & 0o100) !== 0);
        else if (readdirSync(place).length === 0) keep(`${key}/${name}/`, "");
      }
      rmSync(folder, { recursive: true, force: true });
      return true;
    },
    async download(key) {
      await turn();
      const copy = copyOf(key);
      if (existsSync(copy) || below(key).length === 0) return copy;
      const aside = `${copy}.${versions++}`;
      for (const other of below(key)) {
        const place = path.join(aside, other.slice(key.length));
        const { bytes, executable } = kept.get(other)!;
        mkdirSync(other.endsWith("/") ? place : path.dirname(place), { recursive: true });
        if (other.endsWith("/")) continue;
        writeFileSync(place, bytes);
        chmodSync(place, executable ? 0o555 : 0o444);
      }
      renameSync(aside, copy);
      return copy;
    },
    here: (key) => (existsSync(copyOf(key)) ? copyOf(key) : null),
  };
}
