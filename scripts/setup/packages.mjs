// The Node side: packages from the lock file, then the build.
import fs from "node:fs";
import path from "node:path";
import { cache, digestOf, root } from "./places.mjs";
import { linkTree } from "./link-tree.mjs";
import { removeAbandoned, run, takePlace, timed } from "./run.mjs";
import { PACKAGE_FILES, SOURCES } from "./sources.mjs";

const KEPT_DAYS = 30;
const modules = path.join(root, "node_modules");

export async function setUpPackages(state) {
  const packages = digestOf(PACKAGE_FILES) + process.version;
  if (state.packages !== packages || !fs.existsSync(modules)) await installPackages(digestOf(PACKAGE_FILES));
  const build = digestOf(SOURCES) + packages;
  if (state.build !== build || !fs.existsSync(path.join(root, "dist", "cli", "main.js"))) {
    await timed("node", "building (about 5 s)", () =>
      run(process.execPath, [path.join(root, "scripts", "build.mjs")]),
    );
  }
  return { packages, build };
}

/** From another checkout's, where they were kept; else from the registry. */
async function installPackages(digest) {
  const version = `${process.version}-${process.platform}-${process.arch}`;
  const kept = path.join(cache, `packages-${digest.slice(0, 16)}-${version}`);
  fs.mkdirSync(cache, { recursive: true });
  removeAbandoned();
  if (fs.existsSync(kept) && takeFrom(kept)) return;
  // All of them, whatever NODE_ENV says: the build needs those for development.
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund"];
  await timed("node", "installing packages (about 1 min)", () => run("npm", args, { cwd: root }));
  keepAs(kept);
}

/** Linked, not copied: a second. False where links cannot be made, as across file systems. */
function takeFrom(kept) {
  // With it goes the note of what was set up: an interrupted one is begun anew.
  fs.rmSync(modules, { recursive: true, force: true });
  try {
    linkTree(kept, modules);
  } catch {
    return false;
  }
  const now = new Date();
  fs.utimesSync(kept, now, now);
  return true;
}

/** Only a help for the next checkout: where it fails, that one installs its own. Those long unused are let go. */
function keepAs(kept) {
  const aside = `${kept}.${process.pid}.partial`;
  try {
    linkTree(modules, aside);
    takePlace(aside, kept, ".package-lock.json");
    const old = Date.now() - KEPT_DAYS * 86_400_000;
    for (const name of fs.readdirSync(cache).filter((entry) => entry.startsWith("packages-"))) {
      const place = path.join(cache, name);
      if (fs.statSync(place).mtimeMs < old) fs.rmSync(place, { recursive: true, force: true });
    }
  } catch {
    fs.rmSync(aside, { recursive: true, force: true });
  }
}
