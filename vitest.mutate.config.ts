import { defineConfig } from "vitest/config";

const room = process.env["REPRISE_MUTATE_ROOM"] ?? "none";

/** The unit suites of one room of the core: what `npm run mutate` holds against changes of its code. */
export default defineConfig({
  test: {
    include: [`tests/${room}/**/*.test.ts`],
    exclude: [
      // They start processes, or the bundled workflows, whose code no mutant reaches.
      "tests/store/fence-property.test.ts",
      "tests/compiler/language-server.test.ts",
      "tests/workflows/{replay,run-plan}.test.ts",
      "tests/compiler/fixtures.test.ts",
      "tests/store/fence.test.ts",
      "tests/store/objects-between-processes.test.ts",
      // Thousands of steps, or of generated cases each: too long to be run for each mutant.
      "tests/workflows/schedule-cost.test.ts",
      "tests/compiler/{mutations,hostile}.test.ts",
      "tests/verdict/statistics/simulation.test.ts",
    ],
    testTimeout: Number(process.env["REPRISE_MUTATE_PATIENCE"] ?? 60) * 1000,
    pool: "forks",
    maxWorkers: 1,
  },
});
