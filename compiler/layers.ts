import { severityOf, type Code, type Diagnostic, type Place } from "../schemas/diagnostic.ts";
import { entryOf, isMapping, valueAt, type Path } from "./mapping.ts";
import type { Range, Source } from "./source.ts";

/** One text that says something about the recipe: a recipe itself, or one override by a profile or by --set. */
export interface Layer {
  source: Source;
  /** What it is, in the user's words: 'profile tiny', '--set', or the file. */
  label: string;
  /** Path of what it sets; empty for a recipe, which is merged, where an override replaces. */
  prefix: Path;
  /** Where that stands in its own document. */
  base: Path;
  value: unknown;
  /** Where its value was read as YAML, if that is not its own text. */
  readFrom?: { source: Source; base: Path };
}

export interface More {
  at?: "key" | "value";
  /** A part of the value, as offsets in the text, where it is known. */
  range?: { source: Source; range: Range } | null | undefined;
  suggestion?: string | undefined;
  related?: { message: string; path: Path; at?: "key" | "value" }[] | undefined;
}

/** Where a value of the merged recipe comes from. */
export interface Origin extends Place {
  label: string;
}

/** The recipe that several texts give together, and where each of its values stands. The last layer counts most. */
export class Layers {
  readonly layers: readonly Layer[];
  readonly value: Record<string, unknown>;
  /** What the whole is called in a sentence. */
  readonly called: string;

  constructor(layers: readonly Layer[], below: Layers | null = null, called = "the recipe") {
    this.called = called;
    this.layers = [...(below?.layers ?? []), ...layers];
    this.value = layers.reduce<Record<string, unknown>>(
      (merged, layer) => merge(merged, layer) as Record<string, unknown>,
      below?.value ?? {},
    );
  }

  /** A diagnostic that points at the value (or, with `at`, at the key) under a path of the merged recipe. */
  diagnostic(code: Code, path: Path, message: string, more: More = {}): Diagnostic {
    const { range, suggestion, related, at = "value" } = more;
    return {
      code,
      severity: severityOf(code),
      message,
      ...(range ? range.source.place(range.range) : this.#place(path, at)),
      path: path.join("."),
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(related === undefined
        ? {}
        : {
            related: related.map((other) => ({
              message: other.message,
              ...this.#place(other.path, other.at ?? "key"),
            })),
          }),
    };
  }

  /** The text and offsets of the value under a path. */
  find(path: Path): { source: Source; range: Range } {
    const { layer, rest } = this.#layerOf(path);
    return { source: layer.source, range: layer.source.rangeOf([...layer.base, ...rest], "value").range };
  }

  /** The number or word under a path as it is written, such as 1.10; undefined for anything else. */
  writtenAt(path: Path): string | undefined {
    const { layer, rest } = this.#layerOf(path);
    const { source, base } = layer.readFrom ?? layer;
    return source.writtenAt([...base, ...rest]);
  }

  /** Whether a text has the path: a value may have more, by its schema's defaults. */
  isWritten(path: Path): boolean {
    return this.layers.some((layer) => {
      const rest = restOf(layer, path);
      const { source, base } = layer.readFrom ?? layer;
      return rest !== null && source.rangeOf([...base, ...rest], "key").found === base.length + rest.length;
    });
  }

  /** Where the value under a path comes from, and where it stood before, in layers that count less. */
  originsOf(path: Path): (Origin & { value: unknown })[] {
    return this.layers.flatMap((layer) => {
      const rest = restOf(layer, path);
      if (rest === null || depthIn(layer.value, rest) < rest.length) return [];
      const { range } = layer.source.rangeOf([...layer.base, ...rest], "value");
      return [{ ...layer.source.place(range), label: layer.label, value: valueAt(layer.value, rest) }];
    });
  }

  /**
   * The keys beside a path in what the recipe extends, if the path is not there and an extending recipe gives it; null
   * otherwise.
   */
  below(path: Path): string[] | null {
    const recipes = this.layers.filter(({ prefix }) => prefix.length === 0);
    const { layer } = this.#layerOf(path);
    const index = recipes.indexOf(layer);
    if (index < 1) return null;
    const parent = valueAt(new Layers(recipes.slice(0, index)).value, path.slice(0, -1));
    return isMapping(parent) && !Object.hasOwn(parent, String(path.at(-1))) ? Object.keys(parent) : null;
  }

  #place(path: Path, at: "key" | "value"): Place {
    const { layer, rest } = this.#layerOf(path);
    const { range, found } = layer.source.rangeOf([...layer.base, ...rest], at);
    // What is missing is shown at the key that should hold it: its whole value would be too much.
    const short = found < layer.base.length + rest.length && found > 0;
    if (!short) return layer.source.place(range);
    return layer.source.place(layer.source.rangeOf([...layer.base, ...rest].slice(0, found), "key").range);
  }

  /** The layer that gives the value under a path, or the most of the path. */
  #layerOf(path: Path): { layer: Layer; rest: Path } {
    let best: { layer: Layer; rest: Path; depth: number } | undefined;
    for (const layer of this.layers.toReversed()) {
      const rest = restOf(layer, path);
      if (rest === null) continue;
      const depth = layer.prefix.length + depthIn(layer.value, rest);
      const replaces = layer.prefix.length > 0;
      if (replaces || depth === path.length)
        return best !== undefined && best.depth > depth ? best : { layer, rest };
      if (best === undefined || depth > best.depth) best = { layer, rest, depth };
    }
    return best ?? { layer: this.layers[0]!, rest: path };
  }
}

/** The part of a path below what a layer sets, or null when it says nothing about the path. */
function restOf({ prefix }: Layer, path: Path): Path | null {
  const inside =
    prefix.length <= path.length && prefix.every((part, index) => String(part) === String(path[index]));
  return inside ? path.slice(prefix.length) : null;
}

function depthIn(value: unknown, path: Path): number {
  let at = value;
  for (const [depth, key] of path.entries()) {
    at = entryOf(at, key);
    if (at === undefined) return depth;
  }
  return path.length;
}

/** A recipe is merged into what is below it; an override replaces what stands at its place. */
function merge(below: unknown, { prefix, value }: Layer): unknown {
  return prefix.length === 0 ? mergeMappings(below, value) : replaceAt(below, prefix, value);
}

function mergeMappings(below: unknown, above: unknown): unknown {
  if (!isMapping(below) || !isMapping(above)) return above;
  const merged = { ...below };
  for (const [key, value] of Object.entries(above)) {
    // Where there was something, null removes it; elsewhere it is the wrong type, and is told.
    if (value === null && Object.hasOwn(below, key)) delete merged[key];
    else merged[key] = Object.hasOwn(below, key) ? mergeMappings(below[key], value) : value;
  }
  return merged;
}

function replaceAt(below: unknown, [key, ...rest]: Path, value: unknown): unknown {
  const inner = rest.length === 0 ? value : replaceAt(entryOf(below, key!), rest, value);
  if (Array.isArray(below))
    return below.map((item: unknown, index) => (index === Number(key) ? inner : item));
  const copy: Record<string, unknown> = isMapping(below) ? { ...below } : {};
  if (inner === null && rest.length === 0) delete copy[key!];
  else copy[key!] = inner;
  return copy;
}
