import { statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { cacheFolder } from "../host/cache-folder.ts";
import { readJsonIfWhole, writeSoon } from "../store/files.ts";
import { EngineError } from "./errors.ts";

const ANSWER_MS = 10_000;

interface Known {
  program: string;
  stamp: string;
  version: string;
}

/** Tells whether a program is still the file that it was; null where there is none. A further name changes its `ctime`. */
function stampOf(program: string): string | null {
  const found = statSync(program, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.ino} ${found.size} ${found.mtimeMs}`;
}

/**
 * Which server a program is. It is asked once: a program of 150 MB takes a while to say so. What it said is kept in the user's own
 * cache, for all folders; in a folder that all may write somebody else could leave a wrong answer.
 */
export async function versionOf(program: string, environment = process.env): Promise<string> {
  const cache = cacheFolder(environment);
  const file = cache === os.tmpdir() ? null : path.join(cache, "server-version.json");
  const known = file === null ? undefined : await readJsonIfWhole<Known>(file, "version");
  const stamp = stampOf(program);
  if (known?.program === program && known.stamp === stamp) return known.version;
  const version = await ask(program);
  if (file !== null && stamp !== null)
    await writeSoon(file, { program, stamp, version } satisfies Known).catch(() => {});
  return version;
}

async function ask(program: string): Promise<string> {
  const { stdout, stderr } = await execa(program, ["--version"], { reject: false, timeout: ANSWER_MS });
  const version = /Server ([0-9.]+)/.exec(stdout ?? "")?.[1];
  if (version !== undefined) return version;
  throw new EngineError(
    `'${program}' is no Temporal server: it does not say which version it is. ${stderr ?? ""}`.trim(),
  );
}
