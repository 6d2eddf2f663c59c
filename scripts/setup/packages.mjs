// The Node side: packages from the lock file, then the build.
import fs from "node:fs";
import path from "node:path";
import { makeAside, removeWhole } from "./aside.mjs";
import { linkTree } from "./link-tree.mjs";
import { digestOf, machine, openCache, root } from "./places.mjs";
import { run, timed } from "./run.mjs";
import { PACKAGE_FILES, SOURCES } from "./sources.mjs";

const KEPT_DAYS = 30;
const KEPT = /^packages-[0-9a-f]{16}-v[0-9.]+-[a-z0-9]+-[a-z0-9]+$/;
const modules = path.join(root, "node_modules");
/** How many files a kept folder has: one that lost some is not used. */
const COUNT = ".count";

const isBuilt = () => fs.existsSync(path.join(root, "dist", "cli", "main.js"));

export async function setUpPackages(state) {
  const digest = digestOf(PACKAGE_FILES);
  const packages = `${digest} ${process.version} ${machine}`;
  if (state.packages !== packages) await installPackages(digest);
  const build = `${digestOf(SOURCES)} ${packages}`;
  if (state.build !== build || !isBuilt()) {
    await timed("node", "building (about 5 s)", () =>
      run(process.execPath, [path.join(root, "scripts", "build.mjs")]),
    );
  }
  return { packages, build };
}

/** From another checkout's, where they were kept; else from the registry. */
async function installPackages(digest) {
  const name = `packages-${digest.slice(0, 16)}-${process.version}-${machine}`;
  const kept = path.join(openCache(), name);
  if (fs.existsSync(kept) && takeFrom(kept)) return;
  // All of them, whatever NODE_ENV says: the build needs those for development.
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund"];
  await timed("node", "installing packages (about 1 min)", () => run("npm", args, { cwd: root }));
  await keepAs(name);
}

/** Linked, not copied: a second. False where links cannot be made, as across file systems, or where some are missing. */
function takeFrom(kept) {
  // With it goes the note of what was set up: an interrupted one is begun anew.
  fs.rmSync(modules, { recursive: true, force: true });
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

/** Only a help for the next checkout: where it fails, that one installs its own. Those long unused are let go. */
async function keepAs(name) {
  try {
    const keep = (aside) => fs.writeFileSync(path.join(aside, COUNT), String(linkTree(modules, aside)));
    await makeAside(name, (place) => fs.existsSync(path.join(place, COUNT)), keep);
    const cache = openCache();
    for (const entry of fs.readdirSync(cache).filter((other) => KEPT.test(other))) {
      const { mtimeMs } = fs.statSync(path.join(cache, entry));
      if (mtimeMs < Date.now() - KEPT_DAYS * 86_400_000) removeWhole(path.join(cache, entry));
    }
  } catch {
    // Nothing half-kept stays.
  }
}
