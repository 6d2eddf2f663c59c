import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Store } from "../../store/store.ts";
import { withMirrorLock } from "./repository.ts";

/** Names of mirrors of no configured repository begin so. */
export const BY_ADDRESS = "by-address-";

const KEPT_MS = 7 * 86_400_000;
const USED = "used";

/**
 * Notes that a mirror of an address is used, and removes those of others that nobody has used for a week. One with a working tree
 * stays: a run may go on in it.
 */
export async function useByAddress(store: Store, name: string): Promise<void> {
  const { folder } = store.gitops;
  await mkdir(path.join(folder, name), { recursive: true });
  await writeFile(path.join(folder, name, USED), "");
  for (const other of await readdir(folder)) {
    if (!other.startsWith(BY_ADDRESS) || other === name) continue;
    const { mirror, checkouts } = store.gitops.repository(other);
    const isOld = async (): Promise<boolean> => {
      const used = await stat(path.join(folder, other, USED)).catch(() => null);
      return (used?.mtimeMs ?? 0) < Date.now() - KEPT_MS;
    };
    if (!(await isOld()) || (await readdir(checkouts).catch(() => [])).length > 0) continue;
    await withMirrorLock(mirror, async () => {
      if (await isOld()) await rm(mirror, { recursive: true, force: true });
    });
    if (await isOld()) await rm(path.join(folder, other), { recursive: true, force: true });
  }
}
