import { lstatSync, readdirSync, readlinkSync, statSync } from "node:fs";
import path from "node:path";
import { OutsideError } from "../../compiler/outside-error.ts";

// As many as Linux follows.
const MOST_LINKS = 40;

/** The real place of a folder that recipes may be confined to; null where it is none. */
export function realFolder(folder: string): string | null {
  const place = realPlace(folder);
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true ? place : null;
}

/**
 * Where a file really is, which a recipe names as `named`. Throws OutsideError if that is outside `folder`: without a word on
 * whether there is such a file. The path to read it by: it holds no link.
 */
export function confinedPlace(file: string, named: string, folder: string | null): string {
  if (folder === null) return file;
  const place = realPlace(file);
  if (isInside(place, folder)) return place;
  throw new OutsideError(`'${named}' leads out of the folder that this recipe may read (--confine).`);
}

/** The first link in a file or folder (an absolute path), and in what it links to, that leads out of `folder`; null without one. */
export function linkThatLeadsOut(place: string, folder: string): string | null {
  const seen = new Set<string>();
  const open = [place];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const real = realPlace(next);
    if (!isInside(real, folder)) return next;
    if (seen.has(real)) continue;
    seen.add(real);
    if (statSync(real, { throwIfNoEntry: false })?.isDirectory() !== true) continue;
    for (const entry of readdirSync(real, { withFileTypes: true }))
      if (entry.isDirectory() || entry.isSymbolicLink()) open.push(path.join(real, entry.name));
  }
  return null;
}

const isInside = (place: string, folder: string): boolean =>
  place === folder || place.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);

/** A path with its links followed, also where it, or what a link names, is not there. */
function realPlace(place: string): string {
  const { root } = path.parse(place);
  const rest = place.slice(root.length).split(path.sep);
  let [real, links] = [root, 0];
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      real = path.dirname(real);
      continue;
    }
    const next = path.join(real, name);
    const target = linkTarget(next);
    if (target === null) {
      real = next;
      continue;
    }
    if (++links > MOST_LINKS) throw new OutsideError(`'${place}' is a ring of links.`);
    if (path.isAbsolute(target)) real = path.parse(target).root;
    rest.unshift(...target.slice(path.isAbsolute(target) ? real.length : 0).split(path.sep));
  }
  return real;
}

function linkTarget(place: string): string | null {
  try {
    return lstatSync(place).isSymbolicLink() ? readlinkSync(place) : null;
  } catch {
    return null;
  }
}
