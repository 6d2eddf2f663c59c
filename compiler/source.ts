import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from "yaml";
import { LineIndex } from "./line-index.ts";
import type { Path } from "./mapping.ts";
import type { Place } from "../schemas/diagnostic.ts";

export type Range = readonly [start: number, end: number];

/** One text with its parsed document: finds the place of any path in it. */
export class Source {
  readonly file: string;
  readonly text: string;
  #document: Document.Parsed | undefined;
  #lines: LineIndex | undefined;
  readonly #pairs = new WeakMap<YAMLMap, Map<string, Pair>>();

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** Parsed when it is asked for. Throws RangeError for a text that is nested too deeply. */
  get document(): Document.Parsed {
    return (this.#document ??= parseDocument(this.text, {
      version: "1.2",
      prettyErrors: false,
      // Checked by us, so that the first of two equal keys can be shown.
      uniqueKeys: false,
    }));
  }

  /** The place of a range of offsets in the text. */
  place([start, end]: Range): Place {
    this.#lines ??= new LineIndex(this.text);
    const first = this.#lines.at(start);
    const last = this.#lines.at(Math.max(end, start));
    return { file: this.file, ...first, endLine: last.line, endColumn: last.column };
  }

  /**
   * Offsets of the value (or the key) under a path, and how much of the path is there: it may go further than the
   * text, for what a default added.
   */
  rangeOf(path: Path, at: "key" | "value"): { range: Range; found: number } {
    let node: unknown = this.document.contents;
    let range = rangeOfNode(node);
    let found = 0;
    for (const [depth, segment] of path.entries()) {
      if (isAlias(node)) node = node.resolve(this.document);
      const pair = isMap(node) ? this.#pairOf(node, String(segment)) : undefined;
      const next: unknown = isSeq(node) ? node.items[Number(segment)] : pair?.value;
      if (next === undefined && pair === undefined) break;
      const wantsKey = at === "key" && depth === path.length - 1;
      const keyRange = pair === undefined ? undefined : rangeOfNode(pair.key);
      range = (wantsKey ? keyRange : rangeOfNode(next)) ?? keyRange ?? range;
      node = next;
      found = depth + 1;
    }
    return { range: range ?? [0, 0], found };
  }

  /** The number or word under a path as it is written, such as 1.10; undefined for anything else, such as a text. */
  writtenAt(path: Path): string | undefined {
    let node: unknown = this.document.contents;
    for (const segment of path) {
      if (isAlias(node)) node = node.resolve(this.document);
      if (isSeq(node)) node = node.items[Number(segment)];
      else node = isMap(node) ? this.#pairOf(node, String(segment))?.value : undefined;
    }
    if (isAlias(node)) node = node.resolve(this.document);
    return isScalar(node) && typeof node.value !== "string" ? node.source : undefined;
  }

  #pairOf(map: YAMLMap, key: string): Pair | undefined {
    let pairs = this.#pairs.get(map);
    if (pairs === undefined) {
      // Of two equal keys the last one counts.
      pairs = new Map(map.items.map((pair) => [keyText(pair), pair]));
      this.#pairs.set(map, pairs);
    }
    return pairs.get(key);
  }
}

const KEPT = 8;
const recent = new Map<string, Source>();

/** As `new Source`; a text that was just read, as each profile reads it again, is not parsed again. */
export function sourceOf(file: string, text: string): Source {
  const key = `${file}\0${text}`;
  const known = recent.get(key) ?? new Source(file, text);
  recent.delete(key);
  recent.set(key, known);
  const [oldest] = recent.keys();
  if (recent.size > KEPT && oldest !== undefined) recent.delete(oldest);
  return known;
}

/** A key as text, as it is named in plain values. */
export function keyText({ key }: Pair): string {
  const value = isScalar(key) ? (key.value as string | number | boolean | null) : null;
  return value === null ? "" : String(value);
}

export function rangeOfNode(node: unknown): Range | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ? [range[0], range[1]] : undefined;
}
