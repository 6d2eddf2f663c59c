import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import pLimit from "p-limit";
import { digestOf } from "../compiler/digest.ts";
import { hashFile } from "./files.ts";

export interface ManifestEntry {
  path: string;
  bytes: number;
  sha256: string;
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

/**
 * Every file below a folder with size and digest, sorted by path; its own digest names the content. Of a single file,
 * the digest is the file's own. Files that are as they were `seen` are not read again.
 */
export async function manifestOf(place: string, before: readonly SeenFile[] = []): Promise<Manifest> {
  const limit = pLimit(8);
  const known = new Map(before.map((file) => [file.path, file]));
  const entry = await stat(place);
  const single = !entry.isDirectory();
  if (single && !entry.isFile()) throw new ContentError("it is neither a file nor a folder");
  const names = single ? [""] : await listFiles(place);
  const seen = await Promise.all(
    names.map((name) =>
      limit(async (): Promise<SeenFile> => {
        const file = path.join(place, name);
        const { size: bytes, mtimeMs, ctimeMs } = await stat(file);
        const old = known.get(name);
        const sha256 =
          old?.bytes === bytes && old.mtimeMs === mtimeMs && old.ctimeMs === ctimeMs
            ? old.sha256
            : await hashFile(file);
        return { path: name, bytes, sha256, mtimeMs, ctimeMs };
      }),
    ),
  );
  const files = seen.map(({ mtimeMs: _, ctimeMs: __, ...file }) => file);
  return { files, digest: single ? files[0]!.sha256 : digestOf(files), seen };
}

/**
 * What is wrong with the first file that is not as it was seen, or null. Only a file with another time is read. A
 * `closed` folder has no other file.
 */
export async function firstDefect(
  folder: string,
  files: readonly (ManifestEntry & { mtimeMs?: number })[],
  closed = false,
): Promise<string | null> {
  const limit = pLimit(32);
  const defects = await Promise.all(files.map((file) => limit(() => defectOf(folder, file))));
  const defect = defects.find((found) => found !== null);
  if (defect !== undefined) return defect;
  const listed = new Set(files.map((file) => file.path));
  const added = closed ? (await listFiles(folder)).find((name) => !listed.has(name)) : undefined;
  return added === undefined ? null : `'${added}' was added`;
}

async function defectOf(folder: string, file: ManifestEntry & { mtimeMs?: number }): Promise<string | null> {
  const place = path.join(folder, file.path);
  const entry = await stat(place).catch(() => null);
  if (entry === null) return `'${file.path}' is missing`;
  if (entry.size !== file.bytes) return `'${file.path}' has another size`;
  if (file.mtimeMs === undefined || entry.mtimeMs === file.mtimeMs) return null;
  return (await hashFile(place)) === file.sha256 ? null : `'${file.path}' was altered`;
}

/** A folder holds something that has no content to go by; the message says what, and what to do. */
export class ContentError extends Error {}

/**
 * Paths of all files below a folder, with forward slashes, sorted by code unit: the same on every machine. Links are
 * followed: hub caches and data sets are often made of them, and what counts is the content. Throws ContentError for a
 * link that leads nowhere or back, and for what is no file, such as a pipe, which would be read for ever.
 */
async function listFiles(folder: string): Promise<string[]> {
  const found = await listBelow(folder, "", new Set([await realpath(folder)]));
  return found.sort((a, b) => (a < b ? -1 : 1));
}

async function listBelow(folder: string, below: string, above: ReadonlySet<string>): Promise<string[]> {
  const names = await readdir(path.join(folder, below));
  const found = await Promise.all(
    names.map(async (name) => {
      const inside = below === "" ? name : `${below}/${name}`;
      const place = path.join(folder, inside);
      const entry = await stat(place).catch((error: NodeJS.ErrnoException) => {
        const why = error.code === "ENOENT" || error.code === "ELOOP" ? "leads nowhere" : error.message;
        throw new ContentError(`the link '${inside}' ${why}; mend or remove it`);
      });
      if (entry.isFile()) return [inside];
      if (!entry.isDirectory())
        throw new ContentError(`'${inside}' is neither a file nor a folder; remove it`);
      const real = await realpath(place);
      if (above.has(real))
        throw new ContentError(`the link '${inside}' leads back to a folder above it; remove it`);
      return listBelow(folder, inside, new Set([...above, real]));
    }),
  );
  return found.flat();
}
