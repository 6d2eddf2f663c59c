import { readFileSync } from "node:fs";
import { createRequire, wrap } from "node:module";
import { dirname, join, sep } from "node:path";
import { Script } from "node:vm";
import { readCompiled, writeCompiled } from "./compiled.ts";

type Wrapped = (
  exports: unknown,
  require: unknown,
  module: NodeJS.Module,
  file: string,
  folder: string,
) => void;

/**
 * Loads the files of our own bundle, and keeps in `kept` what V8 makes of their text from one call of a command to the next one, as
 * later versions of Node do by themselves. V8 refuses what another version of it, or one with other settings, has made.
 */
export function loaderOf(built: string, kept: string): (file: string) => unknown {
  const before = readCompiled(kept);
  let fresh = before === null;
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
      return id.startsWith("./") && id.endsWith(".cjs") ? load(join(dirname(file), id)) : asUsual()(id);
    };
    return Object.assign(near, { resolve });
  };

  const load = (file: string): unknown => {
    const loaded = require.cache[file];
    if (loaded !== undefined) return loaded.exports;
    const module = { exports: {}, id: file, filename: file, loaded: true } as NodeJS.Module;
    require.cache[file] = module;
    const name = file.slice(own.length);
    const cachedData = before?.get(name);
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

  // Validators are asked for by Node's own way.
  const ordinary = require.extensions[".js"];
  require.extensions[".cjs"] = (module, file) => {
    if (!file.startsWith(own)) return ordinary(module, file);
    delete require.cache[file];
    module.exports = load(file);
  };
  process.once("exit", () => {
    if (fresh)
      writeCompiled(kept, new Map([...scripts].map(([name, script]) => [name, script.createCachedData()])));
  });
  return load;
}
