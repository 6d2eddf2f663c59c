import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take longest, longest first: begun last, one of them would run alone at the end. Those that compute and those that
 * wait take turns, so that neither are among themselves.
 */
export const LONGEST = [
  "e2e/many-steps",
  "e2e/hosts",
  "scripts/gpu-check",
  "cli/durability",
  "e2e/chaos",
  "e2e/superseded",
  "cli/api",
  "e2e/demo",
  "cli/says",
  "compiler/mutations",
  "cli/server",
  "gitops/serve/burst",
  "cli/control",
  "forge/gitea-serve",
  "cli/kinds",
  "cli/hub",
  "cli/odd-replies",
  "cli/frames",
  "scripts/setup",
  "cli/ends",
  "cli/devices",
  "e2e/trainings",
  "cli/down",
  "e2e/portable",
  "cli/preflight",
  "cli/moved",
  "e2e/installed",
  "forge/gitea-port",
  "cli/completion",
  "gitops/serve/serve",
  "workflows/run-plan",
  "cli/plan",
  "gitops/serve/supersede",
  "gitops/receiver/receiver",
].map((name) => `/tests/${name}.test.ts`);

/** How far behind a file comes; those that are not named come last, in the order that Vitest gives them. */
function place({ moduleId }: TestSpecification): number {
  const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return at === -1 ? LONGEST.length : at;
}

/** The order in which files are begun. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}
