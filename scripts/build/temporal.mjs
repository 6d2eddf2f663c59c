// Puts Temporal's SDK into the bundle: its 600 files take longer to open and compile than a short run takes.

/** The folder of the package with the native part, which may be installed inside of the worker's. */
const BRIDGE = [
  'require("node:path").dirname(require.resolve("@temporalio/core-bridge/package.json",',
  '{ paths: [require.resolve("@temporalio/worker/package.json")] }))',
].join(" ");

// Asked of by workers that bundle workflows themselves.
const NO_BUNDLER = `
exports.defaultWorkflowInterceptorModules = [];
exports.bundleWorkflowCode = exports.WorkflowCodeBundler = () => {
  throw new Error("Workflows are bundled when Reprise is built.");
};
`;

// Reads the maps of workflows' code for stack traces that are not made (`engine/workflow-thread.ts`).
const NO_MAPS = "exports.SourceMapConsumer = class {};";

/** Plugins of the bundler. */
export const temporal = [
  {
    // The native part stays a file of its package.
    name: "temporal-native",
    transform: {
      filter: { id: /\/@temporalio\/core-bridge\/common\.js$/ },
      handler: (code) => replaced(code, "__dirname", BRIDGE),
    },
  },
  {
    // For a limit, which is 49 days where workflows run in the worker's own thread, each call would start a thread of its own.
    name: "temporal-limit",
    transform: {
      filter: { id: /\/@temporalio\/worker\/lib\/workflow\/reusable-vm\.js$/ },
      handler: (code) => replaced(code, "timeout: isolateExecutionTimeoutMs,", ""),
    },
  },
  {
    // It would bring webpack.
    name: "temporal-bundler",
    load: { filter: { id: /\/@temporalio\/worker\/lib\/workflow\/bundler\.js$/ }, handler: () => NO_BUNDLER },
  },
  {
    name: "temporal-maps",
    load: { filter: { id: /\/source-map\/source-map\.js$/ }, handler: () => NO_MAPS },
  },
];

function replaced(code, now, then) {
  if (!code.includes(now)) throw new Error(`'${now}' is not in it any more.`);
  return code.replaceAll(now, () => then);
}
