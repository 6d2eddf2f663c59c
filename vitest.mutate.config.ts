import { defineConfig } from "vitest/config";

/** The unit suites of the core: what `npm run mutate` holds against changes of the code. */
export default defineConfig({
  test: {
    include: ["tests/{core,compiler,verdict,store,steps,workflows}/**/*.test.ts"],
    exclude: [
      // They start processes, or the bundled workflows, whose code no mutant reaches.
      "tests/store/fence-property.test.ts",
      "tests/compiler/language-server.test.ts",
      "tests/workflows/replay.test.ts",
      "tests/compiler/fixtures.test.ts",
      "tests/store/fence.test.ts",
      // Thousands of generated cases each: too long to be run for each mutant.
      "tests/compiler/mutations.test.ts",
      "tests/compiler/hostile.test.ts",
      "tests/verdict/statistics/simulation.test.ts",
    ],
    testTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
