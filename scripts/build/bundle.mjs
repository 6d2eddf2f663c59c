// Puts the command and the packages that it uses into a few files: opening hundreds of modules would be a third of the
// time that a short command takes. They are CommonJS, which starts sooner, and whose compiled code can be kept. The modules stay
// beside it, for what imports one of them; of cli/ only what starts the command.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import esbuild from "esbuild";
import { rolldown } from "rolldown";
import license from "rollup-plugin-license";
import { late } from "./late.mjs";
import { writeMessages } from "./messages.mjs";
import { temporal } from "./temporal.mjs";

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

/** Writes dist/bundle/, and dist/cli/main.js, which starts it. */
export async function bundleCommand(dist) {
  const outdir = path.join(dist, "bundle");
  const main = path.join(dist, "cli", "main.js");
  const imports = new Map();
  const build = await rolldown({
    input: main,
    platform: "node",
    preserveEntrySignatures: "allow-extension",
    plugins: [
      ...temporal,
      {
        name: "imports",
        moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds),
      },
      ...late,
      // Whoever gets the files gets the licences of what is in them.
      license({ thirdParty: { output: path.join(outdir, "third-party-licences.txt") } }),
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
    format: "cjs",
    minify: { compress: false, mangle: false, codegen: true },
    entryFileNames: "main.cjs",
    chunkFileNames: "[name]-[hash].cjs",
    codeSplitting: { groups: [{ name: groupOf, debugName: "short" }], includeDependenciesRecursively: false },
  });
  writeMessages(outdir);
  inAscii(outdir);
  await writeLauncher(dist, digestOf(outdir, path.join(dist, "schemas", "validators")));
}

/** A text with one other character takes twice as much of V8's memory, and is read more slowly. */
function inAscii(folder) {
  for (const name of fs.readdirSync(folder).filter((file) => file.endsWith(".cjs"))) {
    const file = path.join(folder, name);
    const code = fs.readFileSync(file, "utf8");
    if (/^[\0-\x7f]*$/.test(code)) continue;
    const { code: escaped } = esbuild.transformSync(code, { charset: "ascii", minifyWhitespace: true });
    fs.writeFileSync(file, escaped);
  }
}

/** One state of all files of these folders. */
function digestOf(...folders) {
  const hash = createHash("sha256");
  for (const folder of folders)
    for (const name of fs.readdirSync(folder).sort())
      hash.update(name).update(fs.readFileSync(path.join(folder, name)));
  return hash.digest("hex").slice(0, 16);
}

/** One small file, of CommonJS too. */
async function writeLauncher(dist, state) {
  const cli = path.join(dist, "cli");
  const build = await rolldown({
    input: path.join(cli, "launch", "launch.js"),
    platform: "node",
    plugins: late,
    transform: { define: { BUILD: JSON.stringify(state) } },
  });
  const { output } = await build.generate({ format: "cjs", banner: "#!/usr/bin/env node" });
  fs.rmSync(cli, { recursive: true });
  fs.mkdirSync(cli);
  fs.writeFileSync(path.join(cli, "package.json"), '{ "type": "commonjs" }\n');
  fs.writeFileSync(path.join(cli, "main.js"), output[0].code);
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
  // By the bundle's own way to load: Node's asks in ten places for each file.
  const near = `((id) => require(id.startsWith(".") ? ${JSON.stringify(`${path.posix.dirname(place)}/`)} + id : id))`;
  // What calls its own so goes on by Node's.
  const own = code.includes("require = createRequire(");
  return code
    .replaceAll("createRequire(import.meta.url)", own ? "$&" : near)
    .replaceAll("import.meta.url", `new URL(${JSON.stringify(place)}, import.meta.url).href`);
}
