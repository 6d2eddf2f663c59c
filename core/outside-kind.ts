import type { OutsideKind } from "../schemas/plan.ts";
import type { Curve, KindDefinition } from "./kind.ts";

/** The input of a step that is the folder of its kind; no parameter of a kind may be called so. */
export const KIND_FOLDER = "kind";

const COLOURS: readonly Curve["colour"][] = ["blue", "green", "orange", "purple"];

/** What the house may ask of a kind from outside. */
export function outsideDefinition(kind: OutsideKind): KindDefinition & { readonly outside: OutsideKind } {
  const { schema, charts, main } = kind;
  const own = Object.values(schema["x-outputs"]).filter(isOwnType);
  return {
    name: schema.title,
    schema,
    outside: kind,
    takesAnySecret: true,
    makes: Object.fromEntries(own.map((type) => [type, `an artifact of type ${type}`])),
    curves: charts.map((metric, index) => ({
      metric,
      title: schema["x-metrics"][metric]!,
      colour: COLOURS[index % COLOURS.length]!,
    })),
    mainNumber: (metrics) =>
      main === null || metrics[main] === undefined ? "" : `${main} ${Number(metrics[main].toPrecision(4))}`,
  };
}

/** Whether a type of artifacts is one that kinds from outside bring along: <group>/<name>. */
export const isOwnType = (type: string): boolean => /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/.test(type);

/** Whether an input of a recipe may be an artifact of this type, at a path. */
export const isGivenType = (type: string): boolean =>
  type === "path" || type === "dataset" || type === "model" || isOwnType(type);

const LEFT_BEHIND: ReadonlySet<string> = new Set([
  ...[".git", ".hg", ".svn"],
  ...["__pycache__", ".venv", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".ipynb_checkpoints"],
  ...[".idea", ".vscode", ".DS_Store", "Thumbs.db"],
]);

/**
 * Whether a file or folder of this name, at any depth of a kind's folder, is what tools leave there: it is no part of the kind, and
 * its program does not get it.
 */
export const isLeftBehind = (name: string): boolean =>
  LEFT_BEHIND.has(name) || /^\..*\.sw[a-p]$|^\.#|^#.*#$|~$/.test(name);
