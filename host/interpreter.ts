import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { stampOf } from "./installed-packages.ts";
import type { Store } from "../store/store.ts";

/** A Python, as far as it decides what a program of ours computes. */
export interface Interpreter {
  /** As 3.11: packages are made for it. Null where the program is no Python that answers. */
  version: string | null;
  /** Where it looks for packages, in its order. */
  folders: string[];
}

interface Remembered extends Interpreter {
  stamp: string;
}

const QUESTION =
  "import json, sys; print(json.dumps({'version': '%d.%d' % sys.version_info[:2], 'folders': sys.path}))";

/**
 * Where a Python looks for packages. An environment of its own says so by its folders; another Python is asked, once for
 * each state of its program and folders: what it said is kept in the store.
 */
export async function interpreterOf(python: string, store: Store): Promise<Interpreter> {
  return environmentOf(python) ?? ask(python, store);
}

/** An environment that has nothing from outside it. Undefined for any other Python. */
function environmentOf(python: string): Interpreter | undefined {
  const place = path.dirname(path.dirname(python));
  try {
    const text = readFileSync(path.join(place, "pyvenv.cfg"), "utf8");
    if (/^include-system-site-packages *= *true/im.test(text)) return undefined;
    const library = path.join(place, "lib");
    const [name, ...others] = readdirSync(library).filter((entry) => /^python3\.[0-9]+$/.test(entry));
    if (name === undefined || others.length > 0) return undefined;
    return {
      version: name.replace("python", ""),
      folders: [path.join(library, name, "site-packages")],
    };
  } catch {
    return undefined;
  }
}

async function ask(python: string, store: Store): Promise<Interpreter> {
  const name = `python-${hashOf(os.hostname(), path.resolve(python))}`;
  const known = await store.environments.loadIfWhole<Remembered>(name, "stamp");
  if (known !== undefined && known.stamp === stampWith(python, known.folders)) return known;
  const { execa } = await import("execa");
  const { stdout, exitCode } = await execa(python, ["-c", QUESTION], {
    reject: false,
    timeout: 20_000,
    env: { PYTHONPATH: undefined },
  });
  const said = exitCode === 0 ? (JSON.parse(stdout.split("\n").at(-1)!) as Interpreter) : null;
  if (said === null) return { version: null, folders: [] };
  const folders = said.folders.filter((folder) => folder !== "");
  const answer: Remembered = { version: said.version, folders, stamp: stampWith(python, folders) };
  await keep(store, name, answer);
  return answer;
}

/** For next time; without a store, or where it may not be written, it is found out again. */
export async function keep(store: Store, name: string, value: object): Promise<void> {
  if (existsSync(store.place)) await store.environments.saveSoon(name, value).catch(() => {});
}

function stampWith(python: string, folders: readonly string[]): string {
  const place = realpathSync(python);
  const { size, mtimeMs } = statSync(place);
  return `${place} ${size} ${mtimeMs} ${stampOf(folders)}`;
}

/** A short name for what the texts say. */
export const hashOf = (...texts: string[]): string =>
  createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 32);
