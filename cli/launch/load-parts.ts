import { createRequire } from "node:module";
import type v8 from "node:v8";
import { settingsFor } from "./quick-start.ts";

/** What Temporal's SDK needs of Node. */
const NEEDED = [
  ...["assert", "dns", "http", "http2", "net", "perf_hooks", "readline", "tls", "util/types"],
  ...["worker_threads", "zlib"],
];

// Of the V8 of Node 20.
const USUAL = ["--interrupt-budget=67584", "--incremental-marking"];

const require = createRequire(import.meta.url);

/**
 * Loads the parts of Node that Temporal's SDK needs. Node has them compiled, and V8 takes that only under the settings that it was
 * compiled with: they are the usual ones for so long.
 */
export function loadParts(): void {
  if (!process.versions.node.startsWith("20.")) return;
  const { setFlagsFromString } = require("node:v8") as typeof v8;
  USUAL.forEach((setting) => setFlagsFromString(setting));
  for (const name of NEEDED) require(`node:${name}`);
  settingsFor(process.argv[2]).forEach((setting) => setFlagsFromString(setting));
}
