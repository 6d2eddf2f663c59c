// Loaded before a command: refuses every module of Temporal, so that a short command that loads one fails.
import { register } from "node:module";

const hooks = `export async function resolve(specifier, context, next) {
  if (specifier.startsWith("@temporalio/")) throw new Error("loaded " + specifier);
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
