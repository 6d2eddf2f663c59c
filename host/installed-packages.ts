import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Version of each installed distribution, by its normalised name. */
export type Packages = Record<string, string>;

// They put packages there, and are not imported by any.
const INSTALLERS = new Set(["pip", "uv"]);
const DISTRIBUTION =
  /^(?<name>[A-Za-z0-9._]+)(?:-(?<version>[^-]+)(?:-py[0-9.]+)?)?\.(?:dist-info|egg-info)$/;

/**
 * What is installed in the folders of a Python's path, from the names of their dist-info folders: no Python is started. As for
 * Python, the first folder that has a distribution counts. One that was not installed by its version alone (from a commit, a
 * file or a folder) has what its direct_url.json says behind its version. Of those called `only`, if that is given.
 */
export function installedPackages(folders: readonly string[], only?: string): Packages {
  const found = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of namesIn(folder)) {
      const { name, version = "unknown" } = DISTRIBUTION.exec(entry)?.groups ?? {};
      if (name === undefined) continue;
      const normalised = name.toLowerCase().replace(/[-_.]+/g, "-");
      if (found.has(normalised) || INSTALLERS.has(normalised) || normalised !== (only ?? normalised))
        continue;
      // Of a hundred, `path.join` would take longer than to look.
      found.set(normalised, version + originOf(`${folder}/${entry}`));
    }
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The folders, with those that their .pth files name after each. */
export const withPathFiles = (folders: readonly string[]): string[] => [
  ...new Set(folders.flatMap((folder) => [folder, ...namedFolders(folder)])),
];

/** What changes when something is installed in one of the folders, or removed. */
export const stampOf = (folders: readonly string[]): string =>
  folders.map((folder) => statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? "none").join(" ");

const namedFolders = (folder: string): string[] =>
  namesIn(folder)
    .filter((name) => name.endsWith(".pth"))
    .flatMap((name) => (textOf(path.join(folder, name)) ?? "").split(/\r?\n/))
    .filter((line) => line.trim() !== "" && !/^(?:#|import[ \t])/.test(line))
    .map((line) => path.resolve(folder, line.trim()))
    .filter((place) => statSync(place, { throwIfNoEntry: false })?.isDirectory());

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A path of Python's need not be there, or may be an archive.
    return [];
  }
}

function originOf(distribution: string): string {
  const text = textOf(`${distribution}/direct_url.json`);
  return text === undefined ? "" : ` ${text.trim()}`;
}

const textOf = (file: string): string | undefined =>
  existsSync(file) ? readFileSync(file, "utf8") : undefined;
