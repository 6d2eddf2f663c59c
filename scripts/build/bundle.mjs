// Puts the command and the packages that it uses into a few files: opening hundreds of modules would be a third of the
// time that a short command takes. The modules stay beside it, for what imports one of them.
import fs from "node:fs";
import path from "node:path";
import esbuild from "esbuild";

/** Writes dist/bundle/ and lets dist/cli/main.js load it. */
export async function bundleCommand(dist) {
  const outdir = path.join(dist, "bundle");
  const main = path.join(dist, "cli", "main.js");
  await esbuild.build({
    entryPoints: [main],
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: "[hash]",
    format: "esm",
    platform: "node",
    target: "node20",
    minifySyntax: true,
    minifyWhitespace: true,
    // Temporal's parts have native code and load files of their own, and so does the logger.
    external: ["@temporalio/*", "pino", "protobufjs"],
    // Packages in CommonJS ask for Node's own modules by require.
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
    plugins: [{ name: "own-place", setup: (build) => keepOwnPlace(build, dist, outdir) }],
    logLevel: "warning",
  });
  fs.writeFileSync(main, '#!/usr/bin/env node\nimport "../bundle/main.js";\n');
}

/** A module that finds files beside itself must find them there, wherever its code ends up. */
function keepOwnPlace(build, dist, outdir) {
  build.onLoad({ filter: /\.js$/ }, ({ path: file }) => {
    if (!file.startsWith(dist + path.sep)) return undefined;
    const contents = fs.readFileSync(file, "utf8");
    if (!contents.includes("import.meta.url")) return undefined;
    const place = path.relative(outdir, file).split(path.sep).join("/");
    const url = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
    return { contents: contents.replaceAll("import.meta.url", url), loader: "js" };
  });
}
