// Imported before a program, writes the address of each module that it imports into the file that LOADS_FILE names.
import { appendFileSync } from "node:fs";
import { register } from "node:module";

register("./say-loads.mjs", import.meta.url);

export async function load(url, context, next) {
  if (url.startsWith("file:")) appendFileSync(process.env["LOADS_FILE"], `${url}\n`);
  return next(url, context);
}
