import fs from "node:fs";
import path from "node:path";

/** npm writes this one in place: a link would change it everywhere. */
const COPIED = ".package-lock.json";

/** Makes a folder of packages anew elsewhere, its files by hard links; gives their number. Throws where links cannot be made. */
export function linkTree(from, to) {
  let count = 0;
  fs.mkdirSync(to);
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) count += linkTree(source, target);
    else if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), target);
    else if (entry.name === COPIED) fs.copyFileSync(source, target);
    else fs.linkSync(source, target);
    if (!entry.isDirectory()) count += 1;
  }
  return count;
}
