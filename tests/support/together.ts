/**
 * Rooms whose tests are functions of what they are given, so that files follow each other in one process: to begin one, and to load
 * what they all load, takes half of a second of a core each.
 */
const ROOMS = [
  ...["asking", "compiler", "core", "data", "outside", "report", "steps", "store", "verdict"],
  ...["config", "forge", "heads", "plan", "receiver", "state", "trust", "words"].map(
    (name) => `gitops/${name}`,
  ),
];
export const TOGETHER = ROOMS.map((name) => `tests/${name}/**/*.test.ts`);

/** Of these rooms, files that put something else in the place of a module, of time, or of a variable of the process. */
export const ALONE = [
  "steps/allot-devices",
  "steps/secrets/secrets",
  "steps/taken-over",
  "store/fence",
  "store/presence",
  "gitops/plan/plan-commit",
  "gitops/plan/monorepo",
].map((name) => `tests/${name}.test.ts`);
