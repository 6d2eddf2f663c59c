import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest, longest first: begun last, one of them would run alone at the end. */
export const LONGEST = [
  "e2e/hosts",
  "e2e/chaos",
  "e2e/many-steps",
  "e2e/demo",
  "e2e/superseded",
  "cli/api",
  "scripts/gpu-check",
  "cli/durability",
  "cli/server",
  "cli/says",
  "cli/kinds",
  "compiler/mutations",
  "cli/frames",
  "cli/devices",
  "cli/control",
  "cli/ends",
  "gitops/serve/burst",
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
