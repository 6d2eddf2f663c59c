// Where set-up keeps things. Only Node's own modules: this runs before anything is installed.
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { SetupError } from "./setup-error.mjs";

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** Null for a user that has none, as one that only a container knows. */
export const homeFolder = (() => {
  try {
    return os.homedir();
  } catch {
    return null;
  }
})();

/** Shared by all checkouts of this user: packages, environments, programs, named by what they were made from. */
export const cache = (() => {
  const { REPRISE_CACHE: own, XDG_CACHE_HOME: caches } = process.env;
  if (own) return path.resolve(own);
  // By its specification a relative one does not count.
  if (caches && path.isAbsolute(caches)) return path.join(caches, "reprise");
  return homeFolder === null ? null : path.join(homeFolder, ".cache", "reprise");
})();

/** The cache's folder, made if need be. */
export function openCache() {
  if (cache === null)
    throw new SetupError("This user has no home folder. Set HOME, or REPRISE_CACHE to a folder.");
  try {
    fs.mkdirSync(cache, { recursive: true });
    fs.accessSync(cache, fs.constants.W_OK);
  } catch (error) {
    throw new SetupError(
      `'${cache}' cannot be written (${error.code}). Give this user the right to, or set REPRISE_CACHE to another folder.`,
    );
  }
  return cache;
}

/** Of what is made for one kind of machine: several kinds may share a home folder. */
export const machine = `${process.platform}-${process.arch}`;

/** Else it is a package as npm installs it, which brings along what a checkout installs and builds. */
export const isCheckout = fs.existsSync(path.join(root, "tsconfig.build.json"));

/** What decides the toolchain, relative to the checkout. */
export const TOOLCHAIN_SOURCES = [
  "trainer/requirements.lock",
  "trainer/only-cuda.json",
  "scripts/setup/server-pins.json",
];

/** Of a package notes stand in the cache: its own folder may not be writable, and goes with the next version. */
const noteOf = (name) =>
  isCheckout
    ? path.join(root, "node_modules", ".reprise", `${name}.json`)
    : path.join(
        cache ?? os.tmpdir(),
        `${name}-${readJson(path.join(root, "dist", "toolchain.json")).name}-${machine}.json`,
      );

/** What this checkout or package was set up with. */
export const stateFile = noteOf("setup");
export const toolchainFile = noteOf("toolchain");

export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

export function writeJson(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}.partial`;
  fs.writeFileSync(aside, JSON.stringify(value, null, 1) + "\n");
  fs.renameSync(aside, file);
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
