const HUNK = /^@@ -[0-9]+(?:,([0-9]+))? \+([0-9]+)(?:,([0-9]+))? @@/;

/**
 * The lines that a `git diff --unified=0` adds or changes, by file: [first, last], both counted from 1. Files that are gone, and
 * places where lines were only taken away, have none.
 */
export function changedLines(diff) {
  const found = new Map();
  let file;
  // Lines of the files themselves, whatever they begin with.
  let content = 0;
  for (const line of diff.split("\n")) {
    if (content > 0) {
      if (!line.startsWith("\\")) content -= 1;
      continue;
    }
    if (line.startsWith("+++ ")) file = line.startsWith("+++ b/") ? line.slice(6) : undefined;
    const [hunk, gone = "1", first, count = "1"] = HUNK.exec(line) ?? [];
    if (hunk === undefined) continue;
    content = Number(gone) + Number(count);
    if (file === undefined || count === "0") continue;
    const lines = [Number(first), Number(first) + Number(count) - 1];
    found.set(file, [...(found.get(file) ?? []), lines]);
  }
  return found;
}
