import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tests/support/longest-first.ts";
import { ALONE, TOGETHER } from "./tests/support/together.ts";

export default defineConfig({
  test: {
    // The longest take 40 s where two files run at once.
    testTimeout: 120_000,
    // To remove the tens of thousands of files of a large run takes minutes on a slow disk.
    hookTimeout: 240_000,
    pool: "forks",
    // Most files wait for processes: a file takes two fifths of a core.
    maxWorkers: 5,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: "apart", include: ["tests/**/*.test.ts"], exclude: TOGETHER } },
      { extends: true, test: { name: "alone", include: ALONE } },
      { extends: true, test: { name: "together", include: TOGETHER, exclude: ALONE, isolate: false } },
    ],
  },
});
