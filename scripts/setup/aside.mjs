// What is made for the cache is made aside and renamed: an interrupted set-up leaves nothing that looks whole.
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { isAlive } from "./alive.mjs";
import { openCache } from "./places.mjs";

const OURS = /^(?:packages|python|temporal|uv|environment|gitea)-.+\.([^.~]+)~([0-9]+)~[0-9a-f]{8}\.partial$/;
const ABANDONED_MS = 86_400_000;
const host = os.hostname().replaceAll(/[.~]/g, "-");

/**
 * Lets `make` fill a folder, which then takes its place in the cache. If another set-up was faster, what that one made
 * stays, if it is whole. Gives the place.
 */
export async function makeAside(name, isWhole, make) {
  const cache = openCache();
  removeAbandoned(cache);
  const place = path.join(cache, name);
  const aside = `${place}.${host}~${process.pid}~${randomUUID().slice(0, 8)}.partial`;
  try {
    await make(aside);
    if (!isWhole(place)) removeWhole(place);
    try {
      fs.renameSync(aside, place);
    } catch (error) {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    }
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
  return place;
}

/** Removes a folder of the cache so that at no time a part of it is found under its name. */
export function removeWhole(place) {
  if (!fs.existsSync(place)) return;
  const aside = `${place}.${host}~${process.pid}~${randomUUID().slice(0, 8)}.partial`;
  fs.renameSync(place, aside);
  fs.rmSync(aside, { recursive: true, force: true });
}

/** Removes what set-ups that are gone left half made. */
function removeAbandoned(cache) {
  for (const name of fs.readdirSync(cache)) {
    const [, on, pid] = OURS.exec(name) ?? [];
    if (on === undefined) continue;
    const place = path.join(cache, name);
    // Another checkout may be filling its own just now; of another host's only the age tells.
    const age = Date.now() - (fs.statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (on === host ? !isAlive(Number(pid)) : age > ABANDONED_MS)
      fs.rmSync(place, { recursive: true, force: true });
  }
}
