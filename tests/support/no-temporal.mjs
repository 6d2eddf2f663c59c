// Loaded before a command: refuses all of Temporal, as modules and in the bundle, so that a short command that loads some of it fails.
import fs from "node:fs";
import { register } from "node:module";

const hooks = `export async function resolve(specifier, context, next) {
  if (specifier.startsWith("@temporalio/")) throw new Error("loaded " + specifier);
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const read = fs.readFileSync;
fs.readFileSync = (file, ...more) => {
  const found = read(file, ...more);
  if (String(file).endsWith(".cjs") && found.includes("@temporalio/"))
    throw new Error(`loaded ${String(file)}`);
  return found;
};
