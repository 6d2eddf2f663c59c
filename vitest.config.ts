import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tests/support/longest-first.ts";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // The longest take 40 s where two files run at once.
    testTimeout: 120_000,
    // To remove the tens of thousands of files of a large run takes minutes on a slow disk.
    hookTimeout: 240_000,
    pool: "forks",
    // Most files wait for processes, which leave half of two cores idle where two files run at once.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
  },
});
