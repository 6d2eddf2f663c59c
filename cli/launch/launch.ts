import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { quickLoad } from "./quick-start.ts";

// The build says which state of our code this is.
declare const BUILD: string;

const built = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** Scripts ask for the version alone before each use: that needs no more than this file. False where it could not be written. */
function saidVersion(): boolean {
  const { version } = require("../../package.json") as { version: string };
  try {
    writeSync(process.stdout.fd, `${version}\n`);
    return true;
  } catch {
    return false;
  }
}

const [verb, ...more] = process.argv.slice(2);
if (verb !== "--version" || more.length > 0 || !saidVersion())
  quickLoad(process.env, { verb, built, build: BUILD })(join(built, "bundle", "main.cjs"));
