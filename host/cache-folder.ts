import os from "node:os";
import path from "node:path";

/** This user's cache, by the set-up's rules; the folder for temporary files where there is no home. */
export function cacheFolder({ REPRISE_CACHE: own, XDG_CACHE_HOME: caches }: NodeJS.ProcessEnv): string {
  if (own) return path.resolve(own);
  if (caches && path.isAbsolute(caches)) return path.join(caches, "reprise");
  try {
    return path.join(os.homedir(), ".cache", "reprise");
  } catch {
    return os.tmpdir();
  }
}
