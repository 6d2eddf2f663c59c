import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take longest, longest first: begun last, one of them would run alone at the end. Those that compute and those that
 * wait take turns, so that neither are among themselves.
 */
export const LONGEST = [
  "e2e/hosts",
  "e2e/chaos",
  "cli/durability",
  "e2e/many-steps",
  "cli/server",
  "e2e/demo",
  "cli/devices",
  "e2e/superseded",
  "cli/says",
  "scripts/gpu-check",
  "cli/ends",
  "compiler/mutations",
  "cli/control",
  "cli/api",
  "cli/kinds",
  "gitops/serve/burst",
  "cli/frames",
  "forge/gitea-serve",
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
