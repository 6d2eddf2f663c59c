// A real Gitea for the forge suite: built from its Go module, by the sums in tests/forge/gitea/go.sum, into the cache.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { makeAside } from "../setup/aside.mjs";
import { cache, digestOf, machine, root } from "../setup/places.mjs";

const MODULE = "code.gitea.io/gitea";
const sources = path.join(root, "tests", "forge", "gitea");
/** What the program reads beside itself. */
const ASSETS = ["templates", "options", "public"];

const name = () => `gitea-${digestOf(["tests/forge/gitea"]).slice(0, 16)}-${machine}`;
const isWhole = (folder) => fs.existsSync(path.join(folder, "gitea"));

/** The folder of Gitea's program and assets; null where it was not built yet. */
export function builtGitea() {
  const folder = cache === null ? null : path.join(cache, name());
  return folder !== null && isWhole(folder) ? folder : null;
}

/** Builds Gitea unless that was done; gives its folder, or a sentence why not. Takes some 10 minutes of a core. */
export async function buildGitea() {
  const built = builtGitea();
  if (built !== null) return { folder: built };
  const go = spawnSync("go", ["version"], { encoding: "utf8" });
  if (go.status !== 0)
    return { missing: "Go is not here, so that Gitea cannot be built: see docs/gitops.md." };
  console.log(`Building Gitea with ${go.stdout.trim()}, once for this machine. That takes some 10 minutes.`);
  try {
    return { folder: await makeAside(name(), isWhole, make) };
  } catch (error) {
    return { missing: `Gitea could not be built: ${error.message}` };
  }
}

function make(folder) {
  const build = path.join(folder, "build");
  fs.cpSync(sources, build, { recursive: true });
  const go = (...args) => {
    const env = { ...process.env, GOFLAGS: "-mod=readonly", CGO_ENABLED: "1" };
    const { status, stdout, error } = spawnSync("go", args, {
      ...{ cwd: build, env, encoding: "utf8" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (status !== 0) throw new Error(`'go ${args.join(" ")}' failed${error ? `: ${error.message}` : ""}.`);
    return stdout.trim();
  };
  go(
    ...["build", "-trimpath", "-tags", "sqlite sqlite_unlock_notify", "-ldflags", "-s -w"],
    ...["-o", path.join(folder, "gitea.partial"), MODULE],
  );
  const module = go("list", "-m", "-f", "{{.Dir}}", MODULE);
  for (const asset of ASSETS) {
    fs.cpSync(path.join(module, asset), path.join(folder, asset), { recursive: true });
  }
  // Modules are read-only, and a folder that cannot be written cannot be removed.
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
    fs.chmodSync(path.join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  fs.rmSync(build, { recursive: true });
  fs.chmodSync(path.join(folder, "gitea.partial"), 0o755);
  fs.renameSync(path.join(folder, "gitea.partial"), path.join(folder, "gitea"));
}
