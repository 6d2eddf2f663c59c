import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { ArtifactType } from "../schemas/kinds.ts";
import type { Artifact } from "../schemas/plan.ts";
import { readJson, writeJson } from "./files.ts";
import { home } from "./home.ts";
import { isWhole, manifestOf, type ManifestEntry } from "./manifest.ts";

/** Artifacts that are one file, with its name; all others are folders. */
const FILE_NAMES: Partial<Record<ArtifactType, string>> = {
  predictions: "predictions.jsonl",
  metrics: "metrics.json",
};

interface Manifest {
  type: ArtifactType;
  files: ManifestEntry[];
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
  const { files, digest } = await manifestOf(folder);
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

/** Whether an artifact is in the store, with all its files at their sizes. */
export async function isStored(root: string, artifact: Artifact): Promise<boolean> {
  const place = home.artifact(root, artifact.digest);
  const manifest = await readJson<Manifest>(path.join(place, "manifest.json"));
  return manifest !== undefined && isWhole(path.join(place, "content"), manifest.files);
}

/** Path of an artifact's folder, or of its file where it is one file. */
export const pathOf = (root: string, { uri, type }: Pick<Artifact, "uri"> & { type: string }): string =>
  path.resolve(root, uri, FILE_NAMES[type as ArtifactType] ?? "");
