import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import pLimit from "p-limit";
import { digestOf } from "../core/digest.ts";
import { hashFile } from "./files.ts";
import { ContentError, listFiles, lookThrough, unreadable, type PassOver } from "./listing.ts";

/** A file, or an empty folder, whose path ends with a slash. */
export interface ManifestEntry {
  path: string;
  bytes: number;
  sha256: string;
  /** Left out where it is not: manifests of earlier versions keep their digests. */
  executable?: true;
}

/** A file as it was when it was last read: while size and time are the same, its content is taken to be. */
export interface SeenFile extends ManifestEntry {
  mtimeMs: number;
  /** Time of the last change of any kind, which copying with times kept does not keep. */
  ctimeMs: number;
}

interface Manifest {
  files: ManifestEntry[];
  /** SHA-256 that names the content. */
  digest: string;
  seen: SeenFile[];
}

const ofNothing = (): string => createHash("sha256").digest("hex");

/** The owner's bit alone: the others follow the umask. */
const isExecutable = ({ mode }: Stats): boolean => (mode & 0o100) !== 0;

/** Whether a path in a manifest is that of an empty folder. */
export const isFolder = (name: string): boolean => name.endsWith("/");

/**
 * Every file and every empty folder below a folder, with size, digest and whether it is executable, sorted by path; its own
 * digest names the content. Of a single file, the digest is the file's own. Files that are as they were `seen` are not read
 * again. Throws a ContentError for what cannot be read.
 */
export async function manifestOf(
  place: string,
  before: readonly SeenFile[] = [],
  passOver?: PassOver,
): Promise<Manifest> {
  const limit = pLimit(8);
  const known = new Map(before.map((file) => [file.path, file]));
  const entry = await readable("", stat(place));
  const single = !entry.isDirectory();
  if (single && !entry.isFile()) throw new ContentError("it is neither a file nor a folder");
  const names = single ? [""] : await listFiles(place, passOver);
  const seen = await Promise.all(
    names.map((name) =>
      limit(async (): Promise<SeenFile> => {
        if (isFolder(name)) return { path: name, bytes: 0, sha256: ofNothing(), mtimeMs: 0, ctimeMs: 0 };
        const file = path.join(place, name);
        const stats = await readable(name, stat(file));
        const { size: bytes, mtimeMs, ctimeMs } = stats;
        const old = known.get(name);
        const sha256 =
          old?.bytes === bytes && old.mtimeMs === mtimeMs && old.ctimeMs === ctimeMs
            ? old.sha256
            : await readable(name, hashFile(file));
        const executable = isExecutable(stats) ? ({ executable: true } as const) : {};
        return { path: name, bytes, sha256, ...executable, mtimeMs, ctimeMs };
      }),
    ),
  );
  const files = seen.map(({ mtimeMs: _, ctimeMs: __, ...file }) => file);
  return { files, digest: contentDigest(files), seen };
}

/** Names a content: of a single file, whose path is empty, the file's own digest; of a folder, that of its entries. */
export function contentDigest(files: readonly ManifestEntry[]): string {
  const [file] = files;
  if (file?.path === "") return file.sha256;
  return digestOf(files.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
}

const readable = <T>(name: string, reading: Promise<T>): Promise<T> =>
  reading.catch((error: unknown) => {
    throw new ContentError(unreadable(name, error));
  });

type Known = ManifestEntry & { mtimeMs?: number };

interface Looking {
  /** The folder has no other file, and modes count. */
  closed?: boolean;
  /** Files that anything was done to since (ms since 1970) are read, also where size and time are the same. */
  since?: number | undefined;
}

/** What is wrong with the first file that is not as it was seen, or null. Only a file with another time is read. */
export async function firstDefect(
  folder: string,
  files: readonly Known[],
  { closed = false, since = Number.POSITIVE_INFINITY }: Looking = {},
): Promise<string | null> {
  const limit = pLimit(32);
  const defects = await Promise.all(
    files.map((file) => limit(() => defectOf(folder, file, { closed, since }))),
  );
  const defect = defects.find((found) => found !== null);
  if (defect !== undefined) return defect;
  if (!closed) return null;
  const listed = new Set(files.map((file) => file.path));
  const { paths, unfit } = await lookThrough(folder).catch(() => ({
    paths: [],
    unfit: ["its folder is gone"],
  }));
  const added = paths.find((name) => !listed.has(name));
  return added === undefined ? (unfit[0] ?? null) : `'${added}' was added`;
}

async function defectOf(
  folder: string,
  file: Known,
  { closed, since }: { closed: boolean; since: number },
): Promise<string | null> {
  const place = path.join(folder, file.path);
  const entry = await stat(place).catch(() => null);
  if (entry === null) return `'${file.path}' is missing`;
  if (isFolder(file.path)) return entry.isDirectory() ? null : `'${file.path}' is no folder`;
  if (entry.size !== file.bytes) return `'${file.path}' has another size`;
  if (closed && isExecutable(entry) !== (file.executable ?? false))
    return `'${file.path}' is ${isExecutable(entry) ? "" : "not "}executable, unlike what was stored`;
  if (file.mtimeMs === undefined || (entry.mtimeMs === file.mtimeMs && entry.ctimeMs < since)) return null;
  return (await hashFile(place)) === file.sha256 ? null : `'${file.path}' was altered`;
}
