import path from "node:path";
import { realFolder } from "../runs/recipe/confine.ts";
import { EXIT, UserError } from "./errors.ts";

/** The folder that a recipe is confined to, by option or environment, with links followed; null for none. */
export function confinement(option: string | undefined): string | null {
  const named = option ?? process.env["REPRISE_CONFINE"];
  if (named === undefined || named === "") return null;
  const folder = realFolder(path.resolve(named));
  if (folder === null) throw new UserError(EXIT.invalid, `--confine: '${named}' is no folder.`);
  return folder;
}
