import fs from "node:fs";
import path from "node:path";

/** What npm writes last, when all is there. It writes it in place: a link would change it everywhere. */
export const HIDDEN_LOCK = ".package-lock.json";

/**
 * Makes a folder of packages anew elsewhere, its files by hard links; gives their number. What is there already stays. Throws where
 * links cannot be made.
 */
export function linkTree(from, to) {
  let count = 0;
  fs.mkdirSync(to, { recursive: true });
  const entries = fs.readdirSync(from, { withFileTypes: true });
  const isLast = ({ name }) => name === HIDDEN_LOCK;
  for (const entry of [...entries.filter((each) => !isLast(each)), ...entries.filter(isLast)]) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) count += linkTree(source, target);
    else if (isLast(entry)) fs.copyFileSync(source, target);
    else unlessThere(() => link(entry, source, target));
    if (!entry.isDirectory()) count += 1;
  }
  return count;
}

const link = (entry, source, target) =>
  entry.isSymbolicLink() ? fs.symlinkSync(fs.readlinkSync(source), target) : fs.linkSync(source, target);

function unlessThere(work) {
  try {
    work();
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
}
