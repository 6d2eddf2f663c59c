// Where set-up keeps things. Only Node's own modules: this runs before anything is installed.
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** Shared by all checkouts of this user: environments and binaries, named by what they were made from. */
export const cache =
  process.env.REPRISE_CACHE ??
  path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "reprise");

/** What this checkout was set up with. */
export const stateFile = path.join(root, "node_modules", ".reprise", "setup.json");
export const toolchainFile = path.join(root, "node_modules", ".reprise", "toolchain.json");

export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

export function writeJson(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.partial`, JSON.stringify(value, null, 1) + "\n");
  fs.renameSync(`${file}.partial`, file);
}

/** SHA-256 over names and contents of files and folders, relative to the checkout. */
export function digestOf(places) {
  const hash = createHash("sha256");
  for (const file of filesOf(places))
    hash.update(path.relative(root, file)).update("\0").update(fs.readFileSync(file));
  return hash.digest("hex");
}

/** As `digestOf`, by sizes and times alone: it changes more often, but costs next to nothing. */
export function stampOf(places) {
  const hash = createHash("sha256");
  for (const file of filesOf(places)) {
    const { size, mtimeMs } = fs.statSync(file);
    hash.update(`${path.relative(root, file)}\0${size}\0${mtimeMs}\0`);
  }
  return hash.digest("hex");
}

const filesOf = (places) =>
  places.flatMap((place) => {
    const start = path.join(root, place);
    if (!fs.statSync(start).isDirectory()) return [start];
    return fs
      .readdirSync(start, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
  });
