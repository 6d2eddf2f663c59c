import { createHash } from "node:crypto";
import { contentDigest, type ManifestEntry } from "../../store/manifest.ts";
import type { Commit } from "../git/commit.ts";
import type { TreeEntry } from "../git/objects.ts";
import { remembered } from "./remembered.ts";

const MOST_KNOWN = 200_000;

/** SHA-256 of contents by their objects, which never change: a data set is read once, not for each commit. */
const known = new Map<string, string>();

/** Digest of a file or folder of a commit as the store has it for the same content on the disk. Links are for others to refuse. */
export const digestOfContent = remembered(async (commit, place, entries) => {
  const hashes = await hashesOf(commit, entries);
  const files = entries.map(({ path, mode, blob, size }): ManifestEntry => ({
    path: path === place ? "" : path.slice(place === "" ? 0 : place.length + 1),
    bytes: size,
    sha256: hashes.get(blob)!,
    ...(mode === "executable" ? { executable: true as const } : {}),
  }));
  return contentDigest(files);
});

// Contents are read so many bytes at a time.
const AT_ONCE = 32 * 1024 * 1024;

async function hashesOf(commit: Commit, entries: readonly TreeEntry[]): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  let batch: TreeEntry[] = [];
  let bytes = 0;
  const read = async () => {
    const contents = await commit.blobs(batch);
    for (const [blob, content] of contents) {
      const sha256 = createHash("sha256").update(content).digest("hex");
      hashes.set(blob, sha256);
      if (known.size < MOST_KNOWN) known.set(blob, sha256);
    }
    [batch, bytes] = [[], 0];
  };
  for (const entry of entries) {
    const before = known.get(entry.blob);
    if (before !== undefined) hashes.set(entry.blob, before);
    if (before !== undefined) continue;
    if (bytes + entry.size > AT_ONCE) await read();
    batch.push(entry);
    bytes += entry.size;
  }
  await read();
  return hashes;
}
