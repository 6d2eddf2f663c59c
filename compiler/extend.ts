import path from "node:path";
import { isMap } from "yaml";
import type { Code, Diagnostic } from "../schemas/diagnostic.ts";
import type { Layer } from "./layers.ts";
import { codeOfUnread } from "./outside-error.ts";
import { at, parse } from "./parse.ts";
import { keyText, rangeOfNode, type Range, type Source } from "./source.ts";

/** Gives the text of another file. Throws an Error whose message says why it cannot. */
export type ReadText = (file: string) => string;

/** A recipe and all that it extends, the outermost base first; and what is wrong with their texts. */
export function readChain(
  file: string,
  text: string,
  read: ReadText,
): { layers: Layer[]; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const layers: Layer[] = [];
  const seen: string[] = [];
  let next: { file: string; text: string } | null = { file, text };
  while (next !== null) {
    seen.push(path.normalize(next.file));
    const parsed = parse(next.file, next.text);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.value === undefined) return { layers: [], diagnostics };
    const { extends: base, ...value } = parsed.value;
    layers.unshift({ source: parsed.source, label: next.file, prefix: [], base: [], value });
    if (typeof base !== "string") {
      // A wrong type is the schema's to tell.
      if (base !== undefined) layers[0]!.value = parsed.value;
      return { layers, diagnostics };
    }
    const place: string = path.isAbsolute(base) ? base : path.join(path.dirname(next.file), base);
    const wrong = (message: string, code: Code = "R0305") =>
      at(parsed.source, code, rangeOfKey(parsed.source, "extends"), message);
    if (seen.includes(path.normalize(place))) {
      const trail = [...seen, place].map((name) => `'${name}'`).join(" extends ");
      return { layers: [], diagnostics: [...diagnostics, wrong(`Recipes extend each other: ${trail}.`)] };
    }
    try {
      next = { file: place, text: read(place) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return {
        layers: [],
        diagnostics: [
          ...diagnostics,
          wrong(`The recipe that this one extends cannot be read: ${why}`, codeOfUnread(error, "R0305")),
        ],
      };
    }
  }
  return { layers, diagnostics };
}

function rangeOfKey({ document: { contents } }: Source, key: string): Range {
  const pair = isMap(contents) ? contents.items.find((item) => keyText(item) === key) : undefined;
  return rangeOfNode(pair?.value) ?? [0, 0];
}
