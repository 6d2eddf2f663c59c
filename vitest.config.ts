import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    testTimeout: 60_000,
    // To remove the tens of thousands of files of a large run takes minutes on a slow disk.
    hookTimeout: 240_000,
    pool: "forks",
    // Whole runs need both cores for themselves: `npm test` runs them after the others.
    maxWorkers: 2,
  },
});
