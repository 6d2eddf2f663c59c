import path from "node:path";
import { Kinds } from "../core/kinds.ts";
import type { KindDefinition } from "../core/kind.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { isKindFolder } from "../schemas/validators.ts";
import type { ReadText } from "./extend.ts";
import type { Layers } from "./layers.ts";
import { isMapping, type Path } from "./mapping.ts";
import { codeOfUnread } from "./outside-error.ts";
import { readOutsideKind, type ReadKind } from "./outside-kind/read.ts";
import { folderSaying, fromPlan, type Counted } from "./said-in.ts";

/** A kind from outside, as a recipe names it. */
export interface NamedKind {
  uses: string;
  kind: KindDefinition;
}

interface OutsideKinds {
  /** All kinds: those that any recipe may use, and those of the folders that this one names. */
  kinds: Kinds;
  /** The kind of the folder that a step names, by the step's path joined by slashes. */
  bySteps: ReadonlyMap<string, KindDefinition>;
  /** Those that can be used, as `uses` names them. */
  named: NamedKind[];
  diagnostics: Diagnostic[];
  texts: Map<string, string>;
}

/** The kinds that a recipe's steps name by their folders: paths from the file that says so, which may be an extended one. */
export function readOutsideKinds(
  layers: Layers,
  counted: Counted,
  read: ReadText,
  kinds: Kinds,
): OutsideKinds {
  const bySteps = new Map<string, KindDefinition>();
  const byName = new Map<string, KindDefinition>();
  const byFolder = new Map<string, KindDefinition | null>();
  const first = new Map<string, { folder: string; at: Path }>();
  const diagnostics: Diagnostic[] = [];
  const texts = new Map<string, string>();
  for (const { folder, named, path: at } of kindFolders(layers, counted)) {
    const step = at.slice(0, -1).join("/");
    const known = byFolder.get(folder);
    if (known !== undefined) {
      if (known === null) continue;
      bySteps.set(step, known);
      byName.set(named, known);
      continue;
    }
    byFolder.set(folder, null);
    const found = readFolder(
      layers,
      { folder, place: fromPlan(counted, folder), named, path: at },
      read,
      kinds,
    );
    diagnostics.push(...found.diagnostics);
    for (const [place, text] of found.texts) texts.set(place, text);
    const { kind } = found;
    if (kind === null) continue;
    const twice = nameTaken(layers, kind.name, at, { kinds, before: first.get(kind.name) });
    if (twice !== null) {
      diagnostics.push(twice);
      continue;
    }
    first.set(kind.name, { folder, at });
    byFolder.set(folder, kind);
    bySteps.set(step, kind);
    byName.set(named, kind);
  }
  const outside = [...byFolder.values()].filter((kind) => kind !== null);
  return {
    kinds: outside.length === 0 ? kinds : new Kinds([...kinds, ...outside]),
    bySteps,
    named: [...byName].map(([uses, kind]) => ({ uses, kind })),
    diagnostics,
    texts,
  };
}

function readFolder(
  layers: Layers,
  { folder, place, named, path: at }: KindFolder & { place: string },
  read: ReadText,
  kinds: Kinds,
): ReadKind {
  try {
    return readOutsideKind({ folder, place }, read, kinds);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The kind '${named}' cannot be read: ${why}`;
    return {
      kind: null,
      diagnostics: [layers.diagnostic(codeOfUnread(error, "R0320"), at, message)],
      texts: new Map(),
    };
  }
}

/** A kind's name stands in plans and fingerprints alone: two of one name could not be told apart. */
function nameTaken(
  layers: Layers,
  name: string,
  at: Path,
  { kinds, before }: { kinds: Kinds; before: { folder: string; at: Path } | undefined },
): Diagnostic | null {
  if (before !== undefined) {
    const related = [{ message: `that of '${before.folder}'`, path: before.at, at: "value" as const }];
    const message = `The kind in this folder has the title '${name}', and so has another one of this recipe. Give one of them another title.`;
    return layers.diagnostic("R0321", at, message, { related });
  }
  if (kinds.find(name) === undefined) return null;
  const message = `The kind in this folder has the title '${name}', which is that of a kind of Reprise. Give it another title.`;
  return layers.diagnostic("R0321", at, message);
}

/** Where a recipe says an input of its plan: under `inputs`, or after `uses` for the folder of a kind. */
export function placeOfInput(layers: Layers, counted: Counted, name: string): Path {
  const kind = kindFolders(layers, counted).find(({ folder }) => folder === name);
  return kind?.path ?? ["inputs", name, "path"];
}

interface KindFolder {
  /** As the recipe names it. */
  named: string;
  /** Its path as the plan's count; begins with a dot, so that no input has such a name, or is absolute. */
  folder: string;
  /** Where `uses` stands. */
  path: Path;
}

/** The folders of kinds that a recipe's steps name. */
function kindFolders(layers: Layers, { file, pathsFrom }: Counted): KindFolder[] {
  const { steps } = layers.value;
  return stepsIn(steps, ["steps"]).flatMap(({ uses, path: step }) => {
    if (!isKindFolder(uses)) return [];
    const at = [...step, "uses"];
    const said = path.join(folderSaying(layers, at, file), uses);
    const counts = pathsFrom === "folder" || path.isAbsolute(said);
    const place = (counts ? said : path.relative(path.dirname(file), said) || ".").replace(/(?<=.)\/$/, "");
    const begins = path.isAbsolute(place) || /^\.{1,2}(?:\/|$)/.test(place);
    const folder = begins ? place : `./${place}`;
    return [{ named: uses, folder, path: at }];
  });
}

/** Steps, and those in groups, as far as they can be read. */
function stepsIn(steps: unknown, above: Path): { uses: unknown; path: Path }[] {
  if (!isMapping(steps)) return [];
  return Object.entries(steps).flatMap(([id, step]) => {
    if (!isMapping(step)) return [];
    const at = [...above, id];
    return isMapping(step["steps"])
      ? stepsIn(step["steps"], [...at, "steps"])
      : [{ uses: step["uses"], path: at }];
  });
}
