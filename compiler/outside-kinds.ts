import path from "node:path";
import { Kinds } from "../core/kinds.ts";
import type { KindDefinition } from "../core/kind.ts";
import { outsideDefinition } from "../core/outside-kind.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import { isKindFolder, validateKind } from "../schemas/validators.ts";
import type { ReadText } from "./extend.ts";
import type { Layers } from "./layers.ts";
import { isMapping, type Path } from "./mapping.ts";
import { readNamedFile } from "./named-file.ts";
import { checkOutsideKind } from "./outside-kind/check.ts";
import { outsideKindOf } from "./outside-kind/definition.ts";

/** The file of a kind's folder that says what it is. */
const KIND_FILE = "kind.yaml";

interface OutsideKinds {
  /** All kinds: those that any recipe may use, and those of the folders that this one names. */
  kinds: Kinds;
  /** The kind of the folder that a step names, by the step's path joined by slashes. */
  bySteps: ReadonlyMap<string, KindDefinition>;
  diagnostics: Diagnostic[];
  texts: Map<string, string>;
}

/** The kinds that a recipe's steps name by their folders: paths from the file that says so, which may be an extended one. */
export function readOutsideKinds(layers: Layers, file: string, read: ReadText, kinds: Kinds): OutsideKinds {
  const bySteps = new Map<string, KindDefinition>();
  const byFolder = new Map<string, KindDefinition | null>();
  const first = new Map<string, { folder: string; at: Path }>();
  const diagnostics: Diagnostic[] = [];
  const texts = new Map<string, string>();
  for (const { folder, named, path: at } of kindFolders(layers, file)) {
    const step = at.slice(0, -1).join("/");
    const known = byFolder.get(folder);
    if (known !== undefined) {
      if (known !== null) bySteps.set(step, known);
      continue;
    }
    byFolder.set(folder, null);
    const found = readNamedFile(layers, file, read, {
      ...{ at, validate: validateKind(), code: "R0320", within: KIND_FILE },
      called: `The kind '${named}'`,
    });
    diagnostics.push(...found.diagnostics);
    for (const [place, text] of found.texts) texts.set(place, text);
    if (found.value === null || found.layers === null) continue;
    const wrong = checkOutsideKind(found.layers, found.value, { place: folder, read, kinds });
    diagnostics.push(...wrong);
    if (wrong.length > 0) continue;
    const kind = outsideDefinition(outsideKindOf(found.value, folder));
    const twice = nameTaken(layers, kind.name, at, { kinds, before: first.get(kind.name) });
    if (twice !== null) {
      diagnostics.push(twice);
      continue;
    }
    first.set(kind.name, { folder, at });
    byFolder.set(folder, kind);
    bySteps.set(step, kind);
  }
  const outside = [...byFolder.values()].filter((kind) => kind !== null);
  return {
    kinds: outside.length === 0 ? kinds : new Kinds([...kinds, ...outside]),
    bySteps,
    diagnostics,
    texts,
  };
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
export function placeOfInput(layers: Layers, file: string, name: string): Path {
  const kind = kindFolders(layers, file).find(({ folder }) => folder === name);
  return kind?.path ?? ["inputs", name, "path"];
}

interface KindFolder {
  /** As the recipe names it. */
  named: string;
  /** Its path as the recipe's own counts; begins with a dot, so that no input has such a name, or is absolute. */
  folder: string;
  /** Where `uses` stands. */
  path: Path;
}

/** The folders of kinds that a recipe's steps name. */
function kindFolders(layers: Layers, file: string): KindFolder[] {
  const { steps } = layers.value;
  return stepsIn(steps, ["steps"]).flatMap(({ uses, path: step }) => {
    if (!isKindFolder(uses)) return [];
    const at = [...step, "uses"];
    const from = layers.originsOf(at).at(-1)?.file ?? file;
    const place = path.join(path.dirname(from), uses).replace(/(?<=.)\/$/, "");
    const folder = path.isAbsolute(place) || isKindFolder(place) ? place : `./${place}`;
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
