import module from "node:module";
import os from "node:os";
import path from "node:path";
import v8 from "node:v8";
import { cacheFolder } from "../../host/cache-folder.ts";
import { keepCompiled, type Started } from "./compiled.ts";

/** Node 20 begins to optimise within the first tenth of a second; a short command ends before that pays, and a long one loses nothing. */
const BUDGET = "--interrupt-budget=1000000";

/**
 * What lets a command start quickly, of what this Node can do. What it compiles from here on is kept in the user's own cache, by Node
 * itself from 22.8 on: in a folder that all may write somebody else could leave code.
 */
export function startQuickly(environment: NodeJS.ProcessEnv, started: Started): void {
  if (process.versions.node.startsWith("20.")) v8.setFlagsFromString(BUDGET);
  const cache = cacheFolder(environment);
  if (cache === os.tmpdir()) return;
  const folder = path.join(cache, "compiled");
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };
  if (enableCompileCache === undefined) keepCompiled(folder, started);
  else enableCompileCache(folder);
}
