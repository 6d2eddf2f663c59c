// Which packages npm is to install, and whether it did.
import fs from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { HIDDEN_LOCK } from "./link-tree.mjs";
import { readJson, root, writeJson } from "./places.mjs";

const PACKAGE = "package.json";
const LOCK = "package-lock.json";

/** What checks, tests and pages alone need: two fifths of the whole. Neither build nor command load them. */
export const onlyForChecks = () =>
  new Set(readJson(path.join(root, "scripts", "setup", "only-for-checks.json")));

/** Takes what only checks need out of a folder's package.json and lock: npm then leaves out all that nobody else needs. */
export function writeWithoutChecks(folder) {
  const wanted = readJson(path.join(folder, PACKAGE));
  const lock = readJson(path.join(folder, LOCK));
  const unwanted = onlyForChecks();
  const without = (names) =>
    Object.fromEntries(Object.entries(names).filter(([name]) => !unwanted.has(name)));
  for (const each of [wanted, lock.packages[""]]) each.devDependencies = without(each.devDependencies);
  writeJson(path.join(folder, PACKAGE), wanted);
  writeJson(path.join(folder, LOCK), lock);
}

/** Whether all packages are there as the lock file has them, by npm's own note: somebody called `npm ci` before. */
export function isInstalled(folder = root) {
  const { packages: wanted = {} } = readJson(path.join(folder, LOCK));
  const { packages: found } = readJson(path.join(folder, "node_modules", HIDDEN_LOCK));
  if (found === undefined) return false;
  return Object.entries(wanted)
    .filter(([place]) => place !== "")
    .every(([place, entry]) =>
      found[place] === undefined
        ? isLeftOut(entry)
        : isDeepStrictEqual(found[place], entry) && fs.existsSync(path.join(folder, place)),
    );
}

/** What is for another kind of machine, or for one that has nothing of its own. */
const isLeftOut = ({ optional, os, cpu, libc }) =>
  optional === true &&
  (os === undefined ||
    libc !== undefined ||
    !os.includes(process.platform) ||
    (cpu !== undefined && !cpu.includes(process.arch)));
