import { readFileSync } from "node:fs";
import path from "node:path";
import { digestOf } from "../core/digest.ts";
import type { Tools } from "../core/fingerprint.ts";
import { ffmpegPrint } from "./ffmpeg-print.ts";
import { installedPackages, stampOf, withPathFiles, type Packages } from "./installed-packages.ts";
import { interpreterOf } from "./interpreter.ts";
import { trainerFolder } from "../core/package-root.ts";
import { findToolchain } from "./toolchain.ts";
import type { Store } from "../store/store.ts";

/** The tools of this machine, with the packages that their digests stand for. */
interface Found {
  tools: Tools;
  byDigest: Record<string, Packages>;
}

interface Environment extends Omit<Tools, "ffmpeg"> {
  byDigest: Record<string, Packages>;
}

const ABSENT: Environment = {
  ...{ python: "none", cuda: "none", interpreter: "none" },
  ...{ packages: {}, byDigest: {} },
};

/** What stands for the tools in fingerprints: what is installed, not where. Nothing is started for the set-up's own tools. */
export const toolsForFingerprint = async (store: Store): Promise<Tools> => (await findTools(store)).tools;

async function findTools(store: Store): Promise<Found> {
  const { python, ffmpeg } = findToolchain();
  const [{ byDigest, ...environment }, print] = await Promise.all([
    python === null ? ABSENT : environmentOf(python, store),
    ffmpeg === null ? "none" : ffmpegPrint(ffmpeg, store),
  ]);
  return { tools: { ...environment, ffmpeg: print, environment: process.env }, byDigest };
}

interface Looked {
  /** Python's own path, with those that are named in it, and what they were like. */
  path: string;
  folders: string[];
  stamp: string;
  environment: Environment;
}

/** By the Python's place; every step asks, and what is installed seldom changes. */
const known = new Map<string, Looked>();

async function environmentOf(python: string, store: Store): Promise<Environment> {
  const { version, folders: own } = await interpreterOf(python, store);
  const search = [version, ...own].join(":");
  const before = known.get(python);
  if (before?.path === search && before.stamp === stampOf(before.folders)) return before.environment;
  const folders = withPathFiles(own);
  const stamp = stampOf(folders);
  const packages = installedPackages(folders);
  const only = onlyCuda();
  const pick = (is: (name: string) => boolean): Packages =>
    Object.fromEntries(Object.entries(packages).filter(([name]) => is(name)));
  const parts = { python: pick((name) => !only.has(name)), cuda: pick((name) => only.has(name)) };
  const digests = {
    python: digestOf({ version, packages: parts.python }),
    cuda: digestOf({ packages: parts.cuda }),
  };
  const byDigest = { [digests.python]: parts.python, [digests.cuda]: parts.cuda };
  const environment = { ...digests, interpreter: version ?? "none", packages, byDigest };
  known.set(python, { path: search, folders, stamp, environment });
  return environment;
}

/** Packages that are used on a GPU alone: an environment without a GPU does without them. */
const onlyCuda = (): Set<string> =>
  new Set(JSON.parse(readFileSync(path.join(trainerFolder, "only-cuda.json"), "utf8")) as string[]);

const remembered = new Set<string>();

/** Keeps which packages a fingerprint's digests stand for, so that a later plan can name what changed. */
export async function rememberEnvironment(store: Store, { python, cuda }: Tools): Promise<void> {
  const isRemembered = (digest: string) =>
    digest === ABSENT.python || remembered.has(`${store.place} ${digest}`);
  if (isRemembered(python) && isRemembered(cuda)) return;
  const { byDigest } = await findTools(store);
  for (const [digest, packages] of Object.entries(byDigest)) {
    const here = `${store.place} ${digest}`;
    if (remembered.has(here)) continue;
    if ((await store.environments.load(digest)) === undefined)
      await store.environments.save(digest, packages);
    remembered.add(here);
  }
}

/** The packages of this environment, or of one that was used before, by what stands for them in fingerprints. */
export async function recallEnvironment(store: Store, digest: string): Promise<Packages | undefined> {
  for (const { environment } of known.values())
    if (environment.byDigest[digest] !== undefined) return environment.byDigest[digest];
  return store.environments.load<Packages>(digest);
}

/** `trl 1.15.0 -> 1.16.0`, for each package that differs. */
export function changedPackages(before: Packages, now: Packages): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names
    .filter((name) => before[name] !== now[name])
    .map((name) => `${name} ${before[name] ?? "none"} -> ${now[name] ?? "none"}`);
}
