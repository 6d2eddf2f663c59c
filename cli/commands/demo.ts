import path from "node:path";
import { packageRoot } from "../../core/package-root.ts";
import { run, type RunOptions } from "./run.ts";

/** Runs the demo's recipe, which this package brings along, in the working folder. */
export async function demo(options: RunOptions): Promise<number> {
  const recipe = path.join(packageRoot, "recipes", "demo.yaml");
  const nearby = path.relative(process.cwd(), recipe);
  return run(nearby.startsWith("..") ? recipe : nearby, options);
}
