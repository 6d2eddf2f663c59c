const ITEM = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g;
const LIST = /^\[\s*(?:(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*(?:,\s*)?)*\]$/;

/** The items of a Python list of strings, as the released reasoning carries it; undefined for other text. */
export function listItems(text: string): string[] | undefined {
  if (!LIST.test(text.trim())) return undefined;
  return [...text.matchAll(ITEM)].map(([, single, double]) => (single ?? double!).replaceAll(/\\(.)/g, "$1"));
}
