// The Node side: packages from the lock file, then the build.
import fs from "node:fs";
import path from "node:path";
import { makeAside, removeWhole } from "./aside.mjs";
import { isInstalled, writeWithoutChecks } from "./installed.mjs";
import { HIDDEN_LOCK, linkTree } from "./link-tree.mjs";
import { digestOf, machine, openCache, root } from "./places.mjs";
import { run, timed } from "./run.mjs";
import { PACKAGE_FILES, SOURCES } from "./sources.mjs";

const KEPT_DAYS = 30;
const KEPT = /^packages-[0-9a-f]{16}-v[0-9.]+-[a-z0-9]+-[a-z0-9]+(?:-command)?$/;
const modules = path.join(root, "node_modules");
/** How many files a kept folder has: one that lost some is not used. */
const COUNT = ".count";
// All of them, whatever NODE_ENV says: the build needs those for development.
const NPM_CI = ["ci", "--include=dev", "--no-audit", "--no-fund"];

/** Which packages: all, or what the command is built of and runs with, without what only checks need. */
const ALL = "";
const COMMAND = "-command";

const isBuilt = () => fs.existsSync(path.join(root, "dist", "cli", "main.js"));

/** What is there, for the note: with `all` all packages, otherwise at least those of the command. */
export async function setUpPackages(state, { all }) {
  const digest = digestOf(PACKAGE_FILES);
  const whole = `${digest} ${process.version} ${machine}`;
  let packages = state.packages;
  if (packages === undefined && isInstalled()) {
    packages = whole;
    await keepInstalled(digest);
  }
  const enough = all ? [whole] : [whole, whole + COMMAND];
  if (!enough.includes(packages))
    packages = whole + (await installPackages(digest, all, packages === whole + COMMAND));
  // The same versions either way.
  const build = `${digestOf(SOURCES)} ${whole}`;
  if (state.build !== build || !isBuilt()) {
    await timed("node", "building (about 5 s)", () =>
      run(process.execPath, [path.join(root, "scripts", "build.mjs")]),
    );
  }
  return { packages, build };
}

/**
 * From what another checkout kept; else from the registry, into the cache. Gives which they are. With `more` the command's are
 * there, and stay: somebody may be using them.
 */
async function installPackages(digest, all, more) {
  for (const which of all ? [ALL] : [ALL, COMMAND])
    if (isKept(placeOf(digest, which)) && takeFrom(placeOf(digest, which), more)) return which;
  const which = all ? ALL : COMMAND;
  const what = `installing packages (about ${all ? "1 min" : "30 s"})`;
  if (canLink()) {
    const kept = placeOf(digest, which);
    await timed("node", what, () => makeAside(path.basename(kept), isKept, (aside) => install(aside, which)));
    letGoOfOld();
    if (takeFrom(kept, more)) return which;
  }
  await timed("node", "installing packages (about 1 min)", () => run("npm", NPM_CI, { cwd: root }));
  return ALL;
}

const placeOf = (digest, which) =>
  path.join(openCache(), `packages-${digest.slice(0, 16)}-${process.version}-${machine}${which}`);

const isKept = (place) => fs.existsSync(path.join(place, COUNT));

/** Files of two file systems cannot be links of each other. */
const canLink = () => fs.statSync(openCache()).dev === fs.statSync(root).dev;

async function install(aside, which) {
  const work = path.join(aside, ".npm");
  fs.mkdirSync(work, { recursive: true });
  for (const file of PACKAGE_FILES) fs.copyFileSync(path.join(root, file), path.join(work, file));
  if (which === COMMAND) writeWithoutChecks(work);
  await run("npm", NPM_CI, { cwd: work });
  const made = path.join(work, "node_modules");
  for (const name of fs.readdirSync(made)) fs.renameSync(path.join(made, name), path.join(aside, name));
  fs.rmSync(work, { recursive: true });
  const files = fs.readdirSync(aside, { recursive: true, withFileTypes: true });
  fs.writeFileSync(path.join(aside, COUNT), String(files.filter((entry) => !entry.isDirectory()).length));
}

/** What somebody's `npm ci` installed, for the next checkout: only a help, so where it fails that one installs its own. */
async function keepInstalled(digest) {
  const place = placeOf(digest, ALL);
  if (isKept(place) || !canLink()) return;
  const keep = (aside) => fs.writeFileSync(path.join(aside, COUNT), String(linkTree(modules, aside)));
  try {
    await makeAside(path.basename(place), isKept, keep);
  } catch {
    // Nothing half-kept stays.
  }
}

/** Linked, not copied: a second. False where links cannot be made, as across file systems, or where some are missing. */
function takeFrom(kept, more) {
  if (!more) {
    // An interrupted one is begun anew: first goes what says that they are there.
    fs.rmSync(path.join(modules, HIDDEN_LOCK), { force: true });
    fs.rmSync(modules, { recursive: true, force: true });
  }
  try {
    const count = Number(fs.readFileSync(path.join(kept, COUNT), "utf8"));
    if (linkTree(kept, modules) !== count + 1) {
      removeWhole(kept);
      return false;
    }
    fs.rmSync(path.join(modules, COUNT));
    const now = new Date();
    fs.utimesSync(kept, now, now);
    return true;
  } catch {
    return false;
  }
}

/** What is kept is only a help for the next checkout: where it cannot be removed, it stays. */
function letGoOfOld() {
  try {
    const cache = openCache();
    for (const entry of fs.readdirSync(cache).filter((other) => KEPT.test(other))) {
      const { mtimeMs } = fs.statSync(path.join(cache, entry));
      if (mtimeMs < Date.now() - KEPT_DAYS * 86_400_000) removeWhole(path.join(cache, entry));
    }
  } catch {
    // The next one tries again.
  }
}
