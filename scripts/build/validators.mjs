// Writes dist/schemas/validators/: each schema's validator as code, with nothing left to compile at run time, in a file of its own:
// a short command needs few of them. dist/schemas/precompiled.js finds them.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import standaloneCode from "ajv/dist/standalone/index.js";
import esbuild from "esbuild";

/** Takes the built schemas from `dist` and replaces its empty table. */
export async function writeValidators(dist) {
  const load = (module) => import(pathToFileURL(path.join(dist, module)).href);
  const { newAjv, validatedSchemas } = await load("schemas/validators.js");
  const { KINDS } = await load("activities/index.js");
  const schemas = {
    ...validatedSchemas(),
    ...Object.fromEntries([...KINDS].map(({ name, schema }) => [name, schema])),
  };
  const files = Object.keys(schemas).map((name) => [name, `${name.replace("/", "-")}.cjs`]);
  const folder = path.join(dist, "schemas", "validators");
  await Promise.all(
    files.map(([name, file]) => {
      const { $id: _, ...schema } = schemas[name];
      const ajv = newAjv({ code: { source: true } });
      return esbuild.build({
        stdin: { contents: standaloneCode.default(ajv, ajv.compile(schema)), resolveDir: path.dirname(dist) },
        outfile: path.join(folder, file),
        bundle: true,
        format: "cjs",
        platform: "node",
        target: "node20",
        minifySyntax: true,
        minifyWhitespace: true,
        logLevel: "error",
      });
    }),
  );
  fs.writeFileSync(path.join(dist, "schemas", "precompiled.js"), finder(files));
}

/** By require, as a validator is asked for in the midst of what does not wait. */
const finder = (files) => `import { createRequire } from "node:module";
const near = createRequire(import.meta.url);
const files = ${JSON.stringify(Object.fromEntries(files))};
const found = (file) => ({ enumerable: true, get: () => near("./validators/" + file) });
export const precompiled = Object.defineProperties({}, Object.fromEntries(Object.entries(files).map(([name, file]) => [name, found(file)])));
`;
