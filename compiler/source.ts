import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
} from "yaml";
import type { Code, Diagnostic } from "../schemas/diagnostic.ts";

export type PathInDocument = readonly (string | number)[];

/** A recipe's text with its parsed document: finds the place of any path in it. */
export class Source {
  readonly file: string;
  readonly text: string;
  readonly document: Document.Parsed;
  readonly #lines = new LineCounter();

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.document = parseDocument(text, { version: "1.2", lineCounter: this.#lines, prettyErrors: false });
  }

  /** A diagnostic that points at the value (or, with `key`, at the key) under a path. */
  diagnostic(
    code: Code,
    path: PathInDocument,
    message: string,
    more: {
      at?: "key" | "value";
      suggestion?: string;
      related?: { message: string; path: PathInDocument }[];
    } = {},
  ): Diagnostic {
    const [start, end] = this.#rangeOf(path, more.at ?? "value");
    return {
      ...this.at(code, start, end, message),
      path: path.join("."),
      ...(more.suggestion === undefined ? {} : { suggestion: more.suggestion }),
      ...(more.related === undefined
        ? {}
        : {
            related: more.related.map(({ message: text, path: other }) => {
              const { line, col } = this.#lines.linePos(this.#rangeOf(other, "key")[0]);
              return { message: text, line, column: col };
            }),
          }),
    };
  }

  /** A diagnostic for a range of offsets in the text. */
  at(code: Code, start: number, end: number, message: string): Diagnostic {
    const first = this.#lines.linePos(start);
    const last = this.#lines.linePos(Math.max(end, start));
    return {
      code,
      severity: "error",
      message,
      file: this.file,
      line: first.line,
      column: first.col,
      endLine: last.line,
      endColumn: last.col,
      path: "",
    };
  }

  #rangeOf(path: PathInDocument, at: "key" | "value"): [number, number] {
    let node: unknown = this.document.contents;
    let range = rangeOfNode(node);
    for (const [depth, segment] of path.entries()) {
      if (isAlias(node)) node = node.resolve(this.document);
      const pair: Pair | undefined = isMap(node)
        ? node.items.find((item) => keyText(item) === String(segment))
        : undefined;
      const next: unknown = isSeq(node) ? node.items[Number(segment)] : pair?.value;
      // A path may go further than the text, for what a profile or a default added.
      if (next === undefined && pair === undefined) break;
      const wantsKey = at === "key" && depth === path.length - 1;
      const keyRange = pair === undefined ? undefined : rangeOfNode(pair.key);
      range = (wantsKey ? keyRange : rangeOfNode(next)) ?? keyRange ?? range;
      node = next;
    }
    return range ?? [0, 0];
  }
}

// A key that a profile added is a plain string.
const keyText = ({ key }: Pair): string =>
  isScalar(key) ? String(key.value) : typeof key === "string" ? key : "";

function rangeOfNode(node: unknown): [number, number] | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ? [range[0], range[1]] : undefined;
}
