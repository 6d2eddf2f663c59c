import { isAlias, isMap, isScalar, isSeq, type Pair } from "yaml";
import { severityOf, type Code, type Diagnostic } from "../schemas/diagnostic.ts";
import { isExact } from "../core/exact-number.ts";
import { keyText, rangeOfNode, Source, sourceOf, type Range } from "./source.ts";

const MOST_ALIASES = 100;
const MOST_BYTES = 8 * 1024 * 1024;
const DEEPEST = 64;
// Brackets in quotes are counted too, so this is far more than a recipe has; a million would keep the reader busy.
const MOST_OPEN = 1000;

export interface Parsed {
  source: Source;
  /** Plain values; undefined when the text could not be read as a mapping. */
  value: Record<string, unknown> | undefined;
  diagnostics: Diagnostic[];
}

/** What a document is called, and how it begins: `Start with …`. */
export interface Form {
  called: string;
  begin: string;
}

const RECIPE: Form = { called: "A recipe", begin: "'recipe: 1', 'name:' and 'steps:'" };

/** Text to plain values with positions. Whatever the bytes are, what is wrong becomes diagnostics. */
export function parse(file: string, text: string, { called, begin }: Form = RECIPE): Parsed {
  if (text.length > MOST_BYTES) {
    const size = `${(text.length / 1024 / 1024).toFixed(0)} MB`;
    return unread(file, "R0004", `The text has ${size}; it may have at most 8 MB. Put data into files.`);
  }
  if (opensAtOnce(text) > MOST_OPEN) return unread(file, "R0004", tooDeep);
  const source = sourceOf(file, text);
  const plain = writtenByUs(text);
  if (plain !== undefined) return { source, value: plain, diagnostics: [] };
  let document: Source["document"];
  try {
    document = source.document;
  } catch (error) {
    if (error instanceof RangeError) return unread(file, "R0004", tooDeep);
    throw error;
  }
  const { errors, contents } = document;
  if (errors.some(({ code }) => code === "RESOURCE_EXHAUSTION")) return unread(file, "R0004", tooDeep);
  if (errors.length > 0) return { source, value: undefined, diagnostics: syntaxErrors(source) };
  if (!isMap(contents)) {
    const empty = contents === null || (isScalar(contents) && contents.value === null);
    const what = empty ? "The file is empty" : `${called} is a mapping of keys to values`;
    const message = `${what}. Start with ${begin}.`;
    return { source, value: undefined, diagnostics: [at(source, "R0003", [0, 0], message)] };
  }
  const deep = tooDeepIn(contents, childrenOf);
  if (deep !== null) {
    return {
      source,
      value: undefined,
      diagnostics: [at(source, "R0004", rangeOfNode(deep) ?? [0, 0], tooDeep)],
    };
  }
  const diagnostics = unusable(source, contents, "");
  // Plain values cannot hold such keys.
  if (diagnostics.some(({ code }) => code === "R0101")) return { source, value: undefined, diagnostics };
  try {
    const value = source.document.toJS({ maxAliasCount: MOST_ALIASES }) as Record<string, unknown>;
    // An alias may stand inside what it names.
    const endless = tooDeepIn(value, (inner) =>
      typeof inner === "object" && inner !== null ? Object.values(inner) : [],
    );
    if (endless === null) return { source, value, diagnostics };
    return { source, value: undefined, diagnostics: [at(source, "R0004", [0, 0], tooDeep)] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const many = reason.includes("alias count");
    const message = many
      ? `Aliases ('*name') would make this text many times larger; ${MOST_ALIASES} values may come from them.`
      : `${reason}.`;
    return { source, value: undefined, diagnostics: [at(source, many ? "R0004" : "R0002", [0, 0], message)] };
  }
}

/**
 * What JSON means that is written as a command writes digests: JSON.parse takes a tenth of the time. Undefined for any other text, also
 * where YAML, or what is looked for below, could say more: written anew it must be the same, so no key stands twice.
 */
function writtenByUs(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith("{\n")) return undefined;
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    const isUsual = `${JSON.stringify(value, null, 2)}\n` === text && isPlain(value, 1);
    return isUsual ? value : undefined;
  } catch {
    return undefined;
  }
}

function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (typeof value !== "object" || value === null) return true;
  return (
    depth < DEEPEST &&
    Object.entries(value).every(([key, inner]) => !(key in {}) && isPlain(inner, depth + 1))
  );
}

function opensAtOnce(text: string): number {
  let [open, most] = [0, 0];
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    // One that closes nothing, as in a comment, must not make room for more.
    open = bracket === "[" || bracket === "{" ? open + 1 : Math.max(0, open - 1);
    most = Math.max(most, open);
  }
  return most;
}

const tooDeep = `The text is nested more than ${DEEPEST} levels deep.`;

/** A diagnostic about a range of offsets. */
export function at(source: Source, code: Code, range: Range, message: string): Diagnostic {
  return { code, severity: severityOf(code), message, ...source.place(range), path: "" };
}

function unread(file: string, code: Code, message: string): Parsed {
  const source = new Source(file, "");
  return { source, value: undefined, diagnostics: [at(source, code, [0, 0], message)] };
}

const SECOND_DOCUMENT =
  "A second document begins here, after '---' or '...'. A file holds one document: put this into a file of its own.";

/** One per line: a mistake often makes the reader stumble several times. */
function syntaxErrors(source: Source): Diagnostic[] {
  const byLine = new Map<number, Diagnostic>();
  for (const { pos, code, message } of source.document.errors) {
    const text = code === "MULTIPLE_DOCS" ? SECOND_DOCUMENT : `${message.replace(/\.?$/, "")}.`;
    const found = at(source, "R0002", pos, text);
    if (!byLine.has(found.line)) byLine.set(found.line, found);
    if (byLine.size === 20) break;
  }
  return [...byLine.values()];
}

const childrenOf = (node: unknown): unknown[] => {
  if (isMap(node)) return node.items.flatMap(({ key, value }) => [key, value]);
  return isSeq(node) ? node.items : [];
};

/** The first value that is nested too deeply. Not by recursion: that is what such a text would break. */
function tooDeepIn(root: unknown, children: (value: unknown) => unknown[]): unknown {
  const stack: [unknown, number][] = [[root, 1]];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [value, depth] = next;
    if (depth > DEEPEST) return value ?? root;
    for (const child of children(value)) stack.push([child, depth + 1]);
  }
  return null;
}

/** What YAML allows and a recipe cannot hold. `name` is the dotted path of the node. */
function unusable(source: Source, node: unknown, name: string): Diagnostic[] {
  if (isScalar(node)) {
    const range = rangeOfNode(node) ?? [0, 0];
    return wrongNumber(source, { value: node.value, text: node.source ?? "", range, name });
  }
  if (isAlias(node)) return [];
  const inside = (key: string) => (name === "" ? key : `${name}.${key}`);
  if (isSeq(node)) return node.items.flatMap((item, index) => unusable(source, item, inside(String(index))));
  return isMap(node)
    ? [
        ...wrongKeys(source, node.items),
        ...node.items.flatMap((pair) => unusable(source, pair.value, inside(keyText(pair)))),
      ]
    : [];
}

interface Written {
  value: unknown;
  text: string;
  range: Range;
  name: string;
}

function wrongNumber(source: Source, { value, text, range, name }: Written): Diagnostic[] {
  if (typeof value !== "number") return [];
  if (!Number.isFinite(value))
    return [at(source, "R0104", range, `${text} is no finite number, which a recipe cannot hold.`)];
  if (!isExact(value, text)) {
    const message = `${text} is too large to be kept exactly: it would become ${BigInt(value)}. Whole numbers are exact up to ${Number.MAX_SAFE_INTEGER}. Where a text may stand, put it in quotes: "${text}".`;
    return [{ ...at(source, "R0104", range, message), suggestion: `"${text}"` }];
  }
  // There it stays the text that it is.
  if (!/^[-+]?0[0-9]/.test(text) || IN_ENVIRONMENT.test(name)) return [];
  const message = `${text} is ${value} in YAML 1.2, not octal. Write ${value}, or 0o… for octal.`;
  return [{ ...at(source, "R0504", range, message), suggestion: String(value) }];
}

// Also as a profile's key, which is a path.
const IN_ENVIRONMENT = /(?:^|\.)with\.env\.[^.]+$/;

function wrongKeys(source: Source, pairs: Pair[]): Diagnostic[] {
  const first = new Map<string, Pair>();
  return pairs.flatMap((pair) => {
    const range = rangeOfNode(pair.key) ?? [0, 0];
    if (!isScalar(pair.key)) return [at(source, "R0101", range, "A key is a word, not a list or a mapping.")];
    const key = keyText(pair);
    if (key in {}) return [at(source, "R0101", range, `'${key}' cannot be a key.`)];
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, pair);
      return [];
    }
    const twice = at(source, "R0005", range, `The key '${key}' stands twice here. Remove one.`);
    const related = {
      message: `'${key}' stands here first`,
      ...source.place(rangeOfNode(before.key) ?? [0, 0]),
    };
    return [{ ...twice, related: [related] }];
  });
}
