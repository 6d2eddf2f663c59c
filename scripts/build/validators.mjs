// Writes dist/schemas/precompiled.js: the schemas' validators as code, with nothing left to compile at run time.
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
  const ajv = newAjv({ code: { source: true, esm: true } });
  const names = Object.keys(schemas);
  const ids = names.map((name, index) => {
    const { $id: _, ...schema } = schemas[name];
    ajv.addSchema(schema, `validator${index}`);
    return `validator${index}`;
  });
  const code = standaloneCode.default(ajv, Object.fromEntries(ids.map((id) => [id, id])));
  const table = names.map((name, index) => `${JSON.stringify(name)}: ${ids[index]}`).join(", ");
  await esbuild.build({
    stdin: { contents: `${code}\nexport const precompiled = {${table}};`, resolveDir: path.dirname(dist) },
    outfile: path.join(dist, "schemas/precompiled.js"),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: "error",
  });
}
