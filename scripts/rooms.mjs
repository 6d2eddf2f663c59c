/** The rooms of the TypeScript, from the ground up, each with those that it may import. docs/architecture.md explains them. */
export const ROOMS = {
  schemas: [],
  core: ["schemas"],
  compiler: ["schemas", "core"],
  verdict: ["schemas", "core"],
  store: ["schemas", "core"],
  data: ["schemas", "core", "store"],
  host: ["schemas", "core", "store"],
  steps: ["schemas", "core", "store", "data", "host"],
  programs: ["schemas", "core", "store", "data", "host", "steps"],
  asking: ["schemas", "core", "verdict", "store", "data", "host", "steps", "programs"],
  record: ["schemas", "core", "compiler", "verdict", "store", "data", "host", "steps"],
  outside: ["schemas", "core", "store", "data", "host", "steps", "programs", "record"],
  report: ["schemas", "core", "verdict", "data"],
  activities: [
    "schemas",
    "core",
    "verdict",
    "store",
    "data",
    "host",
    "steps",
    "programs",
    "asking",
    "record",
    "outside",
    "report",
  ],
  workflows: ["schemas"],
  engine: [
    ...[
      "schemas",
      "core",
      "store",
      "host",
      "steps",
      "programs",
      "record",
      "outside",
      "activities",
      "workflows",
    ],
  ],
  runs: [
    ...["schemas", "core", "compiler", "verdict", "store", "data", "host", "steps", "programs", "record"],
    ...["outside", "asking", "activities", "engine", "report"],
  ],
  gitops: [
    ...["schemas", "core", "compiler", "verdict", "store", "data", "host", "steps", "programs", "record"],
    ...["outside", "asking", "activities", "workflows", "engine", "report", "runs"],
  ],
  cli: [
    ...["schemas", "core", "compiler", "verdict", "store", "data", "host", "steps", "programs", "record"],
    ...["outside", "asking", "activities", "engine", "report", "runs", "gitops"],
  ],
};

export const ROOM_NAMES = Object.keys(ROOMS);
