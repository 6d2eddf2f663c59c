import { readdirSync, statSync } from "node:fs";
import path from "node:path";

/** The run of a recipe's name that began last. Two may have begun within one second, which is all that their ids tell. */
export function latestRun(runs: string, name: string): string {
  const begun = (run: string): number => statSync(path.join(runs, run)).birthtimeMs;
  return readdirSync(runs)
    .filter((run) => run.startsWith(`${name}-`))
    .sort((one, other) => begun(one) - begun(other))
    .at(-1)!;
}
