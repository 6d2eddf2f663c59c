import path from "node:path";

// As many as Linux follows.
const MOST_LINKS = 40;

/**
 * The first link of a commit that leads out of it, by way of other links too; null without one. `targets` are what the links
 * name, by their paths. One that leads nowhere is no danger.
 */
export function linkThatLeadsOut(targets: ReadonlyMap<string, string>): string | null {
  for (const link of targets.keys()) if (leadsOut(link, targets)) return link;
  return null;
}

/** Follows a path part by part, as the system does. */
function leadsOut(link: string, targets: ReadonlyMap<string, string>): boolean {
  let parts = link.split("/");
  const done: string[] = [];
  for (let links = 0; parts.length > 0;) {
    const [part = "", ...rest] = parts;
    parts = rest;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (done.pop() === undefined) return true;
      continue;
    }
    done.push(part);
    const target = targets.get(done.join("/"));
    if (target === undefined) continue;
    links += 1;
    // A circle leads nowhere.
    if (links > MOST_LINKS) return false;
    if (path.isAbsolute(target)) return true;
    done.pop();
    parts = [...target.split("/"), ...parts];
  }
  return false;
}
