import { readFileSync } from "node:fs";
import { createRequire, wrap } from "node:module";
import { dirname, join, sep } from "node:path";
import { Script } from "node:vm";
import { Compiled, writeCompiled } from "./compiled.ts";

type Wrapped = (
  exports: unknown,
  require: unknown,
  module: NodeJS.Module,
  file: string,
  folder: string,
) => void;

// In such a time V8 drops what it compiled for a command's start.
const LONG_MS = 30_000;

/**
 * Loads the files of our own bundle, and keeps in `kept` what V8 makes of their text from one call of a command to the next one, as
 * later versions of Node do by themselves. V8 refuses what another version of it, or one with other settings, has made.
 */
export function loaderOf(built: string, kept: string): (file: string) => unknown {
  const before = Compiled.open(kept);
  let fresh = false;
  const scripts = new Map<string, Script>();
  const own = built + sep;
  const require = createRequire(import.meta.url);

  // Node asks in ten places for each file, though it is named.
  const requireOf = (file: string) => {
    let usual: NodeJS.Require | undefined;
    const asUsual = () => (usual ??= createRequire(file));
    const resolve = (id: string) => asUsual().resolve(id);
    const near = (id: string): unknown => {
      if (id.startsWith("node:")) return require(id);
      if (!id.startsWith(".")) return asUsual()(id);
      const named = join(dirname(file), id);
      return named.endsWith(".cjs") ? load(named) : named.endsWith(".json") ? parsed(named) : asUsual()(id);
    };
    return Object.assign(near, { resolve });
  };

  const parsed = (file: string): unknown => {
    const module = { exports: {}, id: file, filename: file, loaded: true } as NodeJS.Module;
    const known = (require.cache[file] ??= module);
    if (known === module) module.exports = JSON.parse(readFileSync(file, "utf8"));
    return known.exports;
  };

  const load = (file: string): unknown => {
    const loaded = require.cache[file];
    if (loaded !== undefined) return loaded.exports;
    const module = { exports: {}, id: file, filename: file, loaded: true } as NodeJS.Module;
    require.cache[file] = module;
    const name = file.slice(own.length);
    const cachedData = before?.take(name);
    const script = new Script(wrap(readFileSync(file, "utf8")), {
      filename: file,
      ...(cachedData && { cachedData }),
    });
    if (script.cachedDataRejected !== false) fresh = true;
    scripts.set(name, script);
    const run = script.runInThisContext() as Wrapped;
    run(module.exports, requireOf(file), module, file, dirname(file));
    return module.exports;
  };

  process.once("exit", () => {
    if (!fresh || performance.now() > LONG_MS) return;
    const now = new Map<string, Buffer>(
      [...scripts].map(([name, script]) => [name, script.createCachedData()]),
    );
    for (const name of before?.names ?? []) {
      const other = now.has(name) ? undefined : before?.take(name);
      if (other !== undefined) now.set(name, other);
    }
    writeCompiled(kept, now);
  });
  return load;
}
