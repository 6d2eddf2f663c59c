// Puts the command and the packages that it uses into a few files: opening hundreds of modules would be a third of the
// time that a short command takes. The modules stay beside it, for what imports one of them.
import fs from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";

/**
 * The commands that are to be quick, with the modules from which all is reached that they load. What the same ones of them need stands in
 * one file, so that each opens few.
 */
const SHORT = {
  any: ["cli/main.js"],
  validate: ["cli/commands/validate.js"],
  status: ["cli/commands/status.js"],
  plan: ["cli/commands/plan.js"],
  run: ["cli/commands/run.js", "runs/report/write-report.js"],
};

/** Writes dist/bundle/ and lets dist/cli/main.js load it. */
export async function bundleCommand(dist) {
  const outdir = path.join(dist, "bundle");
  const main = path.join(dist, "cli", "main.js");
  const imports = new Map();
  const build = await rolldown({
    input: main,
    platform: "node",
    preserveEntrySignatures: "allow-extension",
    // Temporal's parts have native code and load files of their own, and so does the logger.
    external: [/^@temporalio\//, "pino", "protobufjs"],
    plugins: [
      {
        name: "imports",
        moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds),
      },
      { name: "own-place", transform: (code, id) => keepOwnPlace(code, id, dist, outdir) },
    ],
    checks: { eval: false },
  });
  let reached;
  const groupOf = (id) => {
    // The entry waits for what it calls, and so must not stand in a file that this needs.
    if (id === main) return null;
    reached ??= Object.entries(SHORT).map(([name, files]) => [
      name,
      reachedFrom(
        files.map((file) => path.join(dist, file)),
        imports,
      ),
    ]);
    const names = reached.filter(([, modules]) => modules.has(id)).map(([name]) => name);
    if (names.length === 0) return null;
    return names.includes("any") ? "any" : names.join("-");
  };
  await build.write({
    dir: outdir,
    format: "esm",
    minify: { compress: false, mangle: false, codegen: true },
    entryFileNames: "main.js",
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: { groups: [{ name: groupOf, debugName: "short" }], includeDependenciesRecursively: false },
  });
  fs.writeFileSync(main, '#!/usr/bin/env node\nimport "../bundle/main.js";\n');
}

/** All modules that these import, and theirs; not what is imported when it is needed. */
function reachedFrom(files, imports) {
  const reached = new Set();
  const next = [...files];
  while (next.length > 0) {
    const id = next.pop();
    if (reached.has(id)) continue;
    reached.add(id);
    next.push(...(imports.get(id) ?? []));
  }
  return reached;
}

/** A module that finds files beside itself must find them there, wherever its code ends up. */
function keepOwnPlace(code, file, dist, outdir) {
  if (!file.startsWith(dist + path.sep) || !code.includes("import.meta.url")) return undefined;
  const place = path.relative(outdir, file).split(path.sep).join("/");
  return code.replaceAll("import.meta.url", `new URL(${JSON.stringify(place)}, import.meta.url).href`);
}
