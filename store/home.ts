import { statSync } from "node:fs";
import path from "node:path";

/** The places below `.reprise/`, where everything that a working folder keeps stands. */
export const home = {
  /** Where REPRISE_HOME says, or the `.reprise/` of the folder or of the nearest one above that has one; else the folder's own. */
  find(folder: string, environment: NodeJS.ProcessEnv): string {
    if (environment["REPRISE_HOME"]) return path.resolve(folder, environment["REPRISE_HOME"]);
    for (let at = path.resolve(folder); ; at = path.dirname(at)) {
      const place = path.join(at, ".reprise");
      if (statSync(place, { throwIfNoEntry: false })?.isDirectory() === true) return place;
      if (at === path.dirname(at)) return path.resolve(folder, ".reprise");
    }
  },
  artifact: (root: string, digest: string) => path.join(root, "artifacts", digest),
  finishedStep: (root: string, fingerprint: string) => path.join(root, "steps", `${fingerprint}.json`),
  /** Where a step works; named by its resume key, so that a later run finds the checkpoints. */
  work: (root: string, resumeKey: string) => path.join(root, "work", resumeKey),
  /** What an environment was made of, by the digest of its lock file. */
  environment: (root: string, lock: string) => path.join(root, "environments", `${lock}.json`),
  /** Digests of an input's files, by the digest of its path. */
  seenInput: (root: string, key: string) => path.join(root, "inputs", `${key}.json`),
  steps: (root: string) => path.join(root, "steps"),
  artifacts: (root: string) => path.join(root, "artifacts"),
  works: (root: string) => path.join(root, "work"),
  runs: (root: string) => path.join(root, "runs"),
  run: (root: string, run: string) => path.join(root, "runs", run),
  step: (root: string, run: string, step: string) => path.join(root, "runs", run, step),
  server: (root: string) => path.join(root, "server"),
  /** Mirrors and working trees of repositories. */
  gitops: (root: string) => path.join(root, "gitops"),
};
