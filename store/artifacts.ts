import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, utimes } from "node:fs/promises";
import path from "node:path";
import type { ArtifactType } from "../schemas/kinds.ts";
import type { Artifact } from "../schemas/plan.ts";
import { readJsonIfWhole, writeJson } from "./files.ts";
import { home } from "./home.ts";
import { firstDefect, manifestOf, type SeenFile } from "./manifest.ts";

/** Artifacts that are one file, with its name; all others are folders. */
const FILE_NAMES: Partial<Record<ArtifactType, string>> = {
  predictions: "predictions.jsonl",
  replies: "replies.jsonl",
  scores: "scores.jsonl",
  metrics: "metrics.json",
};

interface Manifest {
  type: ArtifactType;
  /** With the times that they had when they were published. */
  files: SeenFile[];
}

/** Where a step writes an output: the folder that is published, and the folder or file in it. */
export function placeOfOutput(
  folder: string,
  name: string,
  type: ArtifactType,
): { folder: string; target: string } {
  const own = path.join(folder, name);
  return { folder: own, target: path.join(own, FILE_NAMES[type] ?? "") };
}

/** Moves a finished folder into the store under the digest of its manifest. Publishing twice is harmless. */
export async function publish(root: string, folder: string, type: ArtifactType): Promise<Artifact> {
  const { seen: files, digest } = await manifestOf(folder);
  const place = home.artifact(root, digest);
  const artifact = { uri: `artifacts/${digest}/content`, digest, type };
  if (await isStored(root, artifact)) {
    await rm(folder, { recursive: true });
    return artifact;
  }
  // Put together aside and renamed: two steps may publish the same content at once.
  const aside = `${place}.${randomUUID()}.partial`;
  await mkdir(aside, { recursive: true });
  await rename(folder, path.join(aside, "content"));
  await writeJson(path.join(aside, "manifest.json"), { type, files } satisfies Manifest);
  try {
    await rename(aside, place);
  } catch (error) {
    if (await isStored(root, artifact)) {
      await rm(aside, { recursive: true });
      return artifact;
    }
    if (!existsSync(place)) throw error;
    // What stands there is broken.
    await rm(place, { recursive: true });
    await rename(aside, place);
  }
  return artifact;
}

/** What is wrong with an artifact in the store, or null. Size and time of each file first; what differs is read. */
export async function defectOfArtifact(
  root: string,
  { digest }: Pick<Artifact, "digest">,
): Promise<string | null> {
  const place = home.artifact(root, digest);
  const manifest = await readJsonIfWhole<Manifest>(path.join(place, "manifest.json"), "files");
  return manifest === undefined
    ? "it is not in the store"
    : firstDefect(path.join(place, "content"), manifest.files, true);
}

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
  const manifest = await readJsonIfWhole<Manifest>(
    path.join(home.artifact(root, digest), "manifest.json"),
    "files",
  );
  return manifest?.files.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
}

/** Path of an artifact's folder, or of its file where it is one file. */
export const pathOf = (root: string, { uri, type }: Pick<Artifact, "uri"> & { type: string }): string =>
  path.resolve(root, uri, FILE_NAMES[type as ArtifactType] ?? "");
