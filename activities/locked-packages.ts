import { readFileSync } from "node:fs";
import path from "node:path";
import { readJson, writeJson } from "../store/files.ts";
import { home } from "../store/home.ts";
import { lockDigest, trainerFolder } from "./toolchain.ts";

export type Packages = Record<string, string>;

/** Version of every Python package in the lock file. */
export function lockedPackages(): Packages {
  const lock = readFileSync(path.join(trainerFolder, "requirements.lock"), "utf8");
  return Object.fromEntries(
    [...lock.matchAll(/^([A-Za-z0-9._-]+)==([^\s;\\]+)/gm)].map(([, name, version]) => [name!, version!]),
  );
}

const remembered = new Set<string>();

/** Keeps what the lock file says, so that a later plan can name what changed in the environment. */
export async function rememberEnvironment(root: string): Promise<void> {
  const file = home.environment(root, lockDigest());
  if (remembered.has(file)) return;
  if ((await recallEnvironment(root, lockDigest())) === undefined) await writeJson(file, lockedPackages());
  remembered.add(file);
}

/** The packages of an environment that was used before, by the digest of its lock file. */
export const recallEnvironment = (root: string, lock: string): Promise<Packages | undefined> =>
  readJson<Packages>(home.environment(root, lock)).catch(() => undefined);

/** `trl 1.15.0 -> 1.16.0`, for each package that differs. */
export function changedPackages(before: Packages, now: Packages): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names
    .filter((name) => before[name] !== now[name])
    .map((name) => `${name} ${before[name] ?? "none"} -> ${now[name] ?? "none"}`);
}
