import { createHash } from "node:crypto";

/**
 * Whether a change is in a sample: one of `percent` of all, drawn by `seed`. It does not depend on the others, so that a larger
 * sample of the same seed contains a smaller one.
 */
export function isDrawn({ fileName, location, replacement }, root, { percent, seed }) {
  const file = fileName.startsWith(root) ? fileName.slice(root.length) : fileName;
  const { start, end } = location;
  const place = [file, start.line, start.column, end.line, end.column, replacement];
  const drawn = createHash("sha256")
    .update(JSON.stringify([seed, ...place]))
    .digest();
  return drawn.readUInt32BE() / 2 ** 32 < percent / 100;
}

const sampler = {
  init: async () => {},
  check: async (mutants) => {
    const { percent, seed, root } = JSON.parse(process.env.REPRISE_MUTATE_SAMPLE);
    const answer = (mutant) => ({
      status: isDrawn(mutant, root, { percent, seed }) ? "passed" : "compileError",
      reason: "not drawn",
    });
    return Object.fromEntries(mutants.map((mutant) => [mutant.id, answer(mutant)]));
  },
  group: async (mutants) => [mutants.map(({ id }) => id)],
};

/** For Stryker: of the changes that it could make, only those of the sample go on to its tests. */
export const strykerPlugins = [{ kind: "Checker", name: "sample", factory: () => sampler }];
