import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./alive.mjs";
import { openCache, stateFile } from "./places.mjs";

const LOOK_MS = 300;
const WRITTEN_MS = 5_000;

/** Does something while no other set-up of this checkout, or package, does: it would take packages away under the other's hands. */
export async function oneAtATime(work) {
  const name = createHash("sha256").update(stateFile).digest("hex").slice(0, 16);
  const file = path.join(openCache(), `lock-${name}`);
  for (let told = false; !take(file);) {
    const holder = holderOf(file);
    if (holder === null) fs.rmSync(file, { force: true });
    else {
      if (!told)
        console.error(`Another set-up of this checkout is at work (process ${holder}). Waiting for it.`);
      told = true;
      await sleep(LOOK_MS);
    }
  }
  const release = () => fs.rmSync(file, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function take(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** The process that holds a lock; null for one that is gone. */
function holderOf(file) {
  const { mtimeMs } = fs.statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
  const pid = Number(readIfThere(file));
  // It is written in a moment.
  if (pid === 0) return Date.now() - mtimeMs < WRITTEN_MS ? 0 : null;
  return isAlive(pid) ? pid : null;
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
