import { randomUUID } from "node:crypto";
import { mkdir, rename } from "node:fs/promises";
import path from "node:path";
import { fileOfType, type ArtifactType } from "../schemas/artifact-types.ts";
import type { Artifact } from "../schemas/plan.ts";
import { UNPUBLISHED, writeJson } from "./files.ts";
import { loadIfWhole, save } from "./json-objects.ts";
import { keys } from "./keys.ts";
import { firstDefect, manifestOf, type SeenFile } from "./manifest.ts";
import type { Objects } from "./objects.ts";
import { removeTree } from "./remove.ts";
import { makeReadOnly, makeSelfContained } from "./self-contained.ts";

const MANIFEST = "manifest.json";
const CONTENT = "content";
// Others may put broken things there, but not for ever.
const ATTEMPTS = 3;

interface StoredManifest {
  type: ArtifactType;
  /** With the times that they had when they were published. */
  files: SeenFile[];
  /** What was found wrong with it. */
  damaged?: string;
}

/** Where a step writes an output: the folder that is published, and the folder or file in it. */
export function placeOfOutput(
  folder: string,
  name: string,
  type: ArtifactType,
): { folder: string; target: string } {
  const own = path.join(folder, name);
  return { folder: own, target: path.join(own, fileOfType(type) ?? "") };
}

/** The folder that is published for an output, by the folder or file in it that the step writes. */
export const folderOfOutput = (target: string, type: ArtifactType): string =>
  fileOfType(type) === undefined ? target : path.dirname(target);

/**
 * Moves a finished folder into the store under the digest of its manifest, its files read-only. Publishing twice is
 * harmless. Throws a ContentError for what has no content to keep.
 */
export async function publish(objects: Objects, folder: string, type: ArtifactType): Promise<Artifact> {
  await makeSelfContained(folder);
  await makeReadOnly(folder);
  const { seen: files, digest } = await manifestOf(folder);
  const key = keys.artifact(digest);
  const artifact = { uri: `${key}/${CONTENT}`, digest, type };
  if (await isStored(objects, artifact)) {
    await removeTree(folder);
    return artifact;
  }
  // Put together beside it: two steps may publish the same content at once, and what an interrupted one leaves lies in its own
  // directory, whose owner is known.
  const aside = `${folder}.${randomUUID()}${UNPUBLISHED}`;
  await mkdir(aside);
  await rename(folder, path.join(aside, CONTENT));
  await writeJson(path.join(aside, MANIFEST), { type, files } satisfies StoredManifest);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await objects.upload(key, aside, MANIFEST)) return artifact;
    if (await isStored(objects, artifact)) {
      await removeTree(aside);
      return artifact;
    }
    // What stands there is broken.
    await objects.remove(key);
  }
  throw new Error(`'${key}' in the store is broken, and cannot be replaced`);
}

/**
 * What is wrong with an artifact in the store, or null. Where it is on this machine, size and time of each file first; what
 * differs is read, and what was touched `since` (ms since 1970), whatever its time says.
 */
export async function defectOfArtifact(
  objects: Objects,
  { digest }: Pick<Artifact, "digest">,
  since?: number,
): Promise<string | null> {
  const manifest = await readManifest(objects, digest);
  if (manifest === undefined) return "it is not in the store";
  if (manifest.damaged !== undefined) return manifest.damaged;
  const place = objects.here(keys.artifact(digest));
  if (place === null) return null;
  return firstDefect(path.join(place, CONTENT), manifest.files, { closed: true, since });
}

/** Notes that an artifact is not what its digest says, so that it is made again, also where sizes and times look right. */
export async function markDamaged(
  objects: Objects,
  { digest }: Pick<Artifact, "digest">,
  damaged: string,
): Promise<void> {
  const manifest = await readManifest(objects, digest);
  if (manifest !== undefined)
    await save(objects, manifestKey(digest), { ...manifest, damaged } satisfies StoredManifest);
}

const manifestKey = (digest: string): string => `${keys.artifact(digest)}/${MANIFEST}`;

const readManifest = (objects: Objects, digest: string): Promise<StoredManifest | undefined> =>
  loadIfWhole<StoredManifest>(objects, manifestKey(digest), "files");

/** As `defectOfArtifact`, but reads every file. */
export async function verifyArtifact(objects: Objects, digest: string): Promise<string | null> {
  const place = await objects.download(keys.artifact(digest));
  const defect = await defectOfArtifact(objects, { digest });
  if (defect !== null) return defect;
  const found = await manifestOf(path.join(place, CONTENT));
  return found.digest === digest ? null : "its content has another digest";
}

/** Whether an artifact is in the store, whole. */
const isStored = async (objects: Objects, artifact: Pick<Artifact, "digest">): Promise<boolean> =>
  (await defectOfArtifact(objects, artifact)) === null;

/** Marks artifacts as used now: a collection that is about to remove the oldest ones leaves them. */
export async function touchArtifacts(
  objects: Objects,
  artifacts: Iterable<Pick<Artifact, "digest">>,
): Promise<void> {
  for (const { digest } of artifacts) await objects.touch(keys.artifact(digest));
}

/** Digests of all artifacts in the store. */
export const listArtifacts = async (objects: Objects): Promise<string[]> =>
  (await objects.list(keys.artifacts)).filter((name) => /^[0-9a-f]{64}$/.test(name));

/** Bytes of an artifact's content by its manifest; 0 without one. */
export async function bytesOf(objects: Objects, digest: string): Promise<number> {
  const manifest = await readManifest(objects, digest);
  return manifest?.files.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
}

/** An artifact's files by its manifest: paths in it, and bytes; none without one. */
export async function filesOf(objects: Objects, digest: string): Promise<{ path: string; bytes: number }[]> {
  const manifest = await readManifest(objects, digest);
  return manifest?.files.map(({ path: file, bytes }) => ({ path: file, bytes })) ?? [];
}

/** Path of an artifact's folder on this machine, or of its file where it is one file. */
export async function pathOf(
  objects: Objects,
  { uri, type }: Pick<Artifact, "uri"> & { type: string },
): Promise<string> {
  const file = fileOfType(type) ?? "";
  // An input keeps its place.
  if (path.isAbsolute(uri)) return path.join(uri, file);
  const place = await objects.download(path.posix.dirname(uri));
  return path.join(place, path.posix.basename(uri), file);
}
