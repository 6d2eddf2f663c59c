import path from "node:path";
import type { Layers } from "./layers.ts";
import { isSettingName } from "./overrides.ts";
import type { Path } from "./mapping.ts";

/**
 * The folder that a path of a recipe counts from: that of the file that says it, which may be an extended one. What the command
 * line sets counts from the recipe's own.
 */
export function folderSaying(layers: Layers, at: Path, file: string): string {
  const from = layers.originsOf(at).at(-1)?.file ?? file;
  return path.dirname(isSettingName(from) ? file : from);
}

/** What the paths of a plan count from: the recipe's own folder; as runs of earlier versions have it, that of whoever began them. */
export type PathsFrom = "recipe" | "folder";

/** The path of an input as the plan has it. */
export function placeInPlan(layers: Layers, name: string, named: string, recipe: Counted): string {
  const at = ["inputs", name, "path"];
  if (recipe.pathsFrom === "folder" || path.isAbsolute(named)) return named;
  const below = path.relative(path.dirname(recipe.file), folderSaying(layers, at, recipe.file));
  return below === "" ? named : path.join(below, named);
}

/** A recipe's file, and what the paths of its plan count from. */
export interface Counted {
  file: string;
  pathsFrom: PathsFrom;
}

/** A file of a plan's paths as the recipe's reader has it. */
export const fromPlan = ({ file, pathsFrom }: Counted, place: string): string =>
  pathsFrom === "folder" || path.isAbsolute(place) ? place : path.join(path.dirname(file), place);
