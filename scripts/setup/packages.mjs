// The Node side: packages from the lock file, then the build.
import path from "node:path";
import { digestOf, root } from "./places.mjs";
import { run, timed } from "./run.mjs";

export const SOURCES = [
  "schemas",
  "compiler",
  "workflows",
  "activities",
  "store",
  "engine",
  "report",
  "cli",
  "scripts/build.mjs",
  "scripts/build",
  "tsconfig.json",
  "tsconfig.build.json",
];

export async function setUpPackages(state) {
  const packages = digestOf(["package.json", "package-lock.json", ".npmrc"]) + process.version;
  if (state.packages !== packages) {
    await timed("node", "installing packages (about 1 min)", () =>
      run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root }),
    );
  }
  const build = digestOf(SOURCES) + packages;
  if (state.build !== build) {
    await timed("node", "building (about 5 s)", () =>
      run(process.execPath, [path.join(root, "scripts", "build.mjs")]),
    );
  }
  return { packages, build };
}
