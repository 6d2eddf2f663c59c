// One direction of imports: schemas <- compiler, report, store <- activities <- engine <- cli. Workflows run in
// Temporal's sandbox and see only schemas, and activities as types.
const MAY_IMPORT = {
  schemas: [],
  compiler: ["schemas"],
  report: ["schemas"],
  store: ["schemas", "compiler"],
  activities: ["schemas", "compiler", "report", "store"],
  workflows: ["schemas"],
  engine: ["schemas", "compiler", "store", "activities", "workflows"],
  cli: ["schemas", "compiler", "report", "store", "activities", "engine"],
};
const FOLDERS = Object.keys(MAY_IMPORT);

export default {
  forbidden: [
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    ...FOLDERS.map((folder) => ({
      name: `${folder}-imports-one-way`,
      severity: "error",
      from: { path: `^${folder}/` },
      to: {
        path: `^(${FOLDERS.filter((other) => other !== folder && !MAY_IMPORT[folder].includes(other)).join("|")})/`,
        // As types only: a value import would pull Node into the workflow bundle, whose build then fails.
        ...(folder === "workflows" ? { pathNot: "^activities/index.ts$" } : {}),
      },
    })),
    {
      name: "workflows-have-no-node",
      severity: "error",
      from: { path: "^workflows/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "workflows-use-temporal-and-pure-packages-only",
      severity: "error",
      from: { path: "^workflows/" },
      to: { path: "node_modules", pathNot: "@temporalio/workflow|tinyqueue" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
