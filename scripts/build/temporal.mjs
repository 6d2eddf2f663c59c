// Puts Temporal's SDK into the bundle: its 600 files take longer to open and compile than a short run takes.
import { ownModule } from "./messages.mjs";

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
    name: "temporal-messages",
    load: { filter: { id: /\/@temporalio\/proto\/protos\/root\.js$/ }, handler: ownModule },
  },
  {
    name: "temporal-patched",
    transform: {
      filter: { id: /\/@temporalio\/proto\/lib\/patch-protobuf-root\.js$/ },
      handler: (code) => {
        const now = "function patchProtobufRoot(root) {";
        return replaced(code, now, `${now}\n    if (root.patched) return root.patched;`);
      },
    },
  },
  {
    // Node makes the expression for these addresses when it is first asked: a fifth of the time that it starts in.
    name: "temporal-addresses",
    transform: {
      filter: { id: /\/@grpc\/grpc-js\/build\/src\/(load-balancer-pick-first|subchannel-address)\.js$/ },
      handler: (code) => replaced(code, /\(0, net_1\.isIPv6\)\(([\w.[\]]+)\)/g, '($1.includes(":") && $&)'),
    },
  },
  {
    name: "temporal-maps",
    load: { filter: { id: /\/source-map\/source-map\.js$/ }, handler: () => NO_MAPS },
  },
];

/** As a text or an expression says it, each time. */
function replaced(code, now, then) {
  const other = code.replaceAll(now, typeof now === "string" ? () => then : then);
  if (other === code) throw new Error(`'${now}' is not in it any more.`);
  return other;
}
