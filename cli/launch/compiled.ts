import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire, wrap } from "node:module";
import path from "node:path";
import v8 from "node:v8";
import vm from "node:vm";

/** A command has a file of its own: each needs other functions. */
const KEPT = new Set([
  "--version",
  "validate",
  "plan",
  "status",
  "run",
  "demo",
  "verify",
  "outputs",
  "resume",
]);

// Each build has its own.
const MOST = 24;

type Wrapped = (
  exports: unknown,
  require: NodeJS.Require,
  module: NodeModule,
  file: string,
  folder: string,
) => void;

export interface Started {
  verb: string | undefined;
  /** The folder of all that is built. */
  built: string;
  /** Tells one state of it from another. */
  build: string;
}

/**
 * Keeps what V8 makes of our files' text from one call of a command to the next one, as later versions of Node do by themselves. V8
 * refuses what another version of it, or one with other settings, has made.
 */
export function keepCompiled(folder: string, { verb, built, build }: Started): void {
  if (verb === undefined || !KEPT.has(verb)) return;
  const name = createHash("sha256")
    .update(`${build} ${verb} ${process.version} ${process.arch}`)
    .digest("hex");
  const kept = path.join(folder, `${name.slice(0, 32)}.v8`);
  const before = read(kept);
  const own = built + path.sep;
  const scripts = new Map<string, vm.Script>();
  let fresh = before === null;
  const require = createRequire(import.meta.url);
  const ordinary = require.extensions[".js"];
  require.extensions[".cjs"] = (module, file) => {
    if (!file.startsWith(own)) return ordinary(module, file);
    const cachedData = before?.get(path.relative(own, file));
    const script = new vm.Script(wrap(readFileSync(file, "utf8")), {
      filename: file,
      ...(cachedData && { cachedData }),
    });
    if (script.cachedDataRejected === true) fresh = true;
    scripts.set(path.relative(own, file), script);
    const run = script.runInThisContext() as Wrapped;
    run(module.exports, createRequire(file), module, file, path.dirname(file));
  };
  process.once("exit", () => {
    if (fresh) write(kept, new Map([...scripts].map(([file, script]) => [file, script.createCachedData()])));
  });
}

const digest = (bytes: Buffer): Buffer => createHash("sha1").update(bytes).digest();
const DIGEST_BYTES = 20;

/** V8 does not look whether it is damaged. */
function read(file: string): Map<string, Buffer> | null {
  try {
    const bytes = readFileSync(file);
    const body = bytes.subarray(DIGEST_BYTES);
    if (!digest(body).equals(bytes.subarray(0, DIGEST_BYTES))) return null;
    return v8.deserialize(body) as Map<string, Buffer>;
  } catch {
    return null;
  }
}

function write(file: string, compiled: Map<string, Buffer>): void {
  const aside = `${file}.${process.pid}`;
  try {
    const folder = path.dirname(file);
    mkdirSync(folder, { recursive: true });
    const body = v8.serialize(compiled);
    writeFileSync(aside, Buffer.concat([digest(body), body]));
    renameSync(aside, file);
    removeOld(folder);
  } catch {
    // Only slower: the next call tries it again.
    rmSync(aside, { force: true });
  }
}

/** All but the newest. */
function removeOld(folder: string): void {
  const byAge = readdirSync(folder)
    .filter((name) => /\.v8(\.\d+)?$/.test(name))
    .map((name) => path.join(folder, name))
    .map((place) => ({ place, made: statSync(place).mtimeMs }))
    .sort((one, other) => other.made - one.made);
  for (const { place } of byAge.slice(MOST)) rmSync(place, { force: true });
}
