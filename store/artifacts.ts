import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, utimes } from "node:fs/promises";
import path from "node:path";
import { fileOfType, type ArtifactType } from "../schemas/artifact-types.ts";
import type { Artifact } from "../schemas/plan.ts";
import { readJsonIfWhole, writeJson } from "./files.ts";
import { home } from "./home.ts";
import { firstDefect, manifestOf, type SeenFile } from "./manifest.ts";
import { removeTree, removeWhole } from "./remove.ts";
import { makeReadOnly, makeSelfContained } from "./self-contained.ts";

/** How the name of a folder ends that an interrupted publishing left in its step's directory. */
export const UNPUBLISHED = ".partial";

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
export async function publish(root: string, folder: string, type: ArtifactType): Promise<Artifact> {
  await makeSelfContained(folder);
  await makeReadOnly(folder);
  const { seen: files, digest } = await manifestOf(folder);
  const place = home.artifact(root, digest);
  const artifact = { uri: `artifacts/${digest}/content`, digest, type };
  if (await isStored(root, artifact)) {
    await removeTree(folder);
    return artifact;
  }
  // Put together beside it and renamed: two steps may publish the same content at once, and what an interrupted one leaves
  // lies in its own directory, whose owner is known.
  const aside = `${folder}.${randomUUID()}${UNPUBLISHED}`;
  await mkdir(aside);
  await rename(folder, path.join(aside, "content"));
  await writeJson(path.join(aside, "manifest.json"), { type, files } satisfies StoredManifest);
  await mkdir(home.artifacts(root), { recursive: true });
  try {
    await rename(aside, place);
  } catch (error) {
    if (await isStored(root, artifact)) {
      await removeTree(aside);
      return artifact;
    }
    if (!existsSync(place)) throw error;
    // What stands there is broken.
    await removeWhole(place);
    await rename(aside, place);
  }
  return artifact;
}

/**
 * What is wrong with an artifact in the store, or null. Size and time of each file first; what differs is read, and what was
 * touched `since` (ms since 1970), whatever its time says.
 */
export async function defectOfArtifact(
  root: string,
  { digest }: Pick<Artifact, "digest">,
  since?: number,
): Promise<string | null> {
  const place = home.artifact(root, digest);
  const manifest = await readManifest(root, digest);
  if (manifest === undefined) return "it is not in the store";
  if (manifest.damaged !== undefined) return manifest.damaged;
  return firstDefect(path.join(place, "content"), manifest.files, { closed: true, since });
}

/** Notes that an artifact is not what its digest says, so that it is made again, also where sizes and times look right. */
export async function markDamaged(
  root: string,
  { digest }: Pick<Artifact, "digest">,
  damaged: string,
): Promise<void> {
  const manifest = await readManifest(root, digest);
  if (manifest !== undefined)
    await writeJson(manifestFile(root, digest), { ...manifest, damaged } satisfies StoredManifest);
}

const manifestFile = (root: string, digest: string): string =>
  path.join(home.artifact(root, digest), "manifest.json");

const readManifest = (root: string, digest: string): Promise<StoredManifest | undefined> =>
  readJsonIfWhole<StoredManifest>(manifestFile(root, digest), "files");

/** As `defectOfArtifact`, but reads every file. */
export async function verifyArtifact(root: string, digest: string): Promise<string | null> {
  const defect = await defectOfArtifact(root, { digest });
  if (defect !== null) return defect;
  const found = await manifestOf(path.join(home.artifact(root, digest), "content"));
  return found.digest === digest ? null : "its content has another digest";
}

/** Whether an artifact is in the store, whole. */
export const isStored = async (root: string, artifact: Pick<Artifact, "digest">): Promise<boolean> =>
  (await defectOfArtifact(root, artifact)) === null;

/** Marks artifacts as used now: a collection that is about to remove the oldest ones leaves them. */
export async function touchArtifacts(
  root: string,
  artifacts: Iterable<Pick<Artifact, "digest">>,
): Promise<void> {
  const now = new Date();
  for (const { digest } of artifacts) await utimes(home.artifact(root, digest), now, now);
}

/** Bytes of an artifact's content by its manifest; 0 without one. */
export async function bytesOf(root: string, digest: string): Promise<number> {
  const manifest = await readManifest(root, digest);
  return manifest?.files.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
}

/** An artifact's files by its manifest: paths in it, and bytes; none without one. */
export async function filesOf(root: string, digest: string): Promise<{ path: string; bytes: number }[]> {
  const manifest = await readManifest(root, digest);
  return manifest?.files.map(({ path: file, bytes }) => ({ path: file, bytes })) ?? [];
}

/** Path of an artifact's folder, or of its file where it is one file. */
export const pathOf = (root: string, { uri, type }: Pick<Artifact, "uri"> & { type: string }): string =>
  path.resolve(root, uri, fileOfType(type) ?? "");
