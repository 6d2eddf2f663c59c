import { statSync } from "node:fs";
import path from "node:path";

/** The places below `.reprise/` of what is this machine's; what hosts share has names in `keys`. */
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
  /** Where a step works; named by its resume key, so that a later run finds the checkpoints. */
  work: (root: string, resumeKey: string) => path.join(root, "work", resumeKey),
  works: (root: string) => path.join(root, "work"),
  runs: (root: string) => path.join(root, "runs"),
  run: (root: string, run: string) => path.join(root, "runs", run),
  step: (root: string, run: string, step: string) => path.join(root, "runs", run, step),
  server: (root: string) => path.join(root, "server"),
  /** Mirrors and working trees of repositories. */
  gitops: (root: string) => path.join(root, "gitops"),
};
