// One direction of imports, as scripts/rooms.mjs states it. Workflows run in Temporal's sandbox and see only schemas.
import { ROOM_NAMES, ROOMS } from "./scripts/rooms.mjs";

export default {
  forbidden: [
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    ...ROOM_NAMES.map((folder) => ({
      name: `${folder}-imports-one-way`,
      severity: "error",
      from: { path: `^${folder}/` },
      to: {
        path: `^(${ROOM_NAMES.filter((other) => other !== folder && !ROOMS[folder].includes(other)).join("|")})/`,
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
