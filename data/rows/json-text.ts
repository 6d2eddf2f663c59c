/** The index of the quote that ends the text begun at `start`, or -1 where it is cut. */
function endOfText(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let slash = at;
    while (json[slash - 1] === "\\") slash--;
    if ((at - slash) % 2 === 0) return at;
  }
  return -1;
}

/**
 * The first key that stands twice in one object of a text that is JSON, and where: `JSON.parse` takes the last one
 * without a word. `value` is what that gives.
 */
export function duplicateKey(
  json: string,
  value: unknown = JSON.parse(json),
): { key: string; at: number } | undefined {
  // Where the text has no more of them than the value, none was lost.
  if ((json.match(KEY_END)?.length ?? 0) === keysIn(value)) return undefined;
  // Keys of each object that is open; null for a list.
  const open: (Set<string> | null)[] = [];
  const mark = /["{}[\]]/g;
  const colon = /\s*:/y;
  for (let match = mark.exec(json); match !== null; match = mark.exec(json)) {
    const [char] = match;
    if (char === "{") open.push(new Set());
    else if (char === "[") open.push(null);
    else if (char !== '"') open.pop();
    else {
      const end = endOfText(json, match.index);
      mark.lastIndex = colon.lastIndex = end + 1;
      const keys = open.at(-1);
      if (!keys || !colon.test(json)) continue;
      const key = JSON.parse(json.slice(match.index, end + 1)) as string;
      if (keys.has(key)) return { key, at: match.index };
      keys.add(key);
    }
  }
  return undefined;
}

// A text may hold such a thing too.
const KEY_END = /"\s*:/g;

/** How many keys all objects in a value have. Not by recursion: a line may be nested deeply. */
function keysIn(value: unknown): number {
  let count = 0;
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null) continue;
    const inner: unknown[] = Object.values(next);
    if (!Array.isArray(next)) count += inner.length;
    for (const one of inner) if (typeof one === "object") open.push(one);
  }
  return count;
}

/** A JSON object in a text, from `start` to before `end`. */
interface Found {
  value: object;
  start: number;
  end: number;
}

const OBJECT = /\{\s*["}]/g;

/**
 * The outermost JSON objects in a text, whatever stands around them. null where the last one is cut, or one has a key
 * twice: what it says is then in doubt.
 */
export function objectsIn(text: string): Found[] | null {
  const found: Found[] = [];
  OBJECT.lastIndex = 0;
  for (let match = OBJECT.exec(text); match !== null; match = OBJECT.exec(text)) {
    const start = match.index;
    const end = endOfObject(text, start);
    if (end === -1) return null;
    OBJECT.lastIndex = start + 1;
    const json = text.slice(start, end);
    try {
      const value = JSON.parse(json) as object;
      if (duplicateKey(json, value) !== undefined) return null;
      found.push({ value, start, end });
      OBJECT.lastIndex = end;
    } catch {
      // Prose in braces: an object may stand in it.
    }
  }
  return found;
}

/** The index after the brace that ends the object begun at `start`, or -1 where it is cut. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      at = endOfText(text, at);
      if (at === -1) return -1;
    } else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return at + 1;
  }
  return -1;
}
