/** What `npm run mutate` (scripts/mutate.mjs) runs for each file. */
export default {
  testRunner: "vitest",
  // TypeScript 7 has no API by which it could be rewritten, and nothing of it is needed: mutants are not type-checked.
  tsconfigFile: "none",
  vitest: { configFile: "vitest.mutate.config.ts", related: true },
  coverageAnalysis: "perTest",
  concurrency: 1,
  appendPlugins: ["./scripts/mutate/sample.mjs"],
  checkers: process.env.REPRISE_MUTATE_SAMPLE === undefined ? [] : ["sample"],
  // What runs as a module is loaded would take a start of all tests for each mutant.
  ignoreStatic: true,
  // Beside other work a test takes longer than alone: only what hangs counts as stopped.
  dryRunTimeoutMinutes: 60,
  timeoutMS: Number(process.env.REPRISE_MUTATE_PATIENCE ?? 30) * 1000,
  reporters: ["json"],
  jsonReporter: { fileName: process.env.REPRISE_MUTATE_REPORT },
  tempDirName: ".stryker",
  cleanTempDir: "always",
  ignorePatterns: [
    "/dist",
    "/.reprise",
    "/benchmarks",
    "/trainer/reprise_trainer",
    "/tests/workflows/histories",
  ],
};
