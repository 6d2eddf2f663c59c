/** npm run mutate: how many small changes of the core's code its unit suites notice. */
export default {
  testRunner: "vitest",
  // TypeScript 7 has no API by which it could be rewritten, and nothing of it is needed: mutants are not type-checked.
  tsconfigFile: "none",
  vitest: { configFile: "vitest.mutate.config.ts", related: true },
  mutate: ["{core,compiler,verdict,store,steps,workflows}/**/*.ts"],
  coverageAnalysis: "perTest",
  concurrency: 2,
  dryRunTimeoutMinutes: 20,
  ignoreStatic: true,
  reporters: ["clear-text", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: "node_modules/.reprise/mutation.json" },
  tempDirName: ".stryker",
  ignorePatterns: ["/dist", "/.reprise", "/tests/workflows/histories"],
};
