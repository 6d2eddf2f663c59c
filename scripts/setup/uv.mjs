import fs from "node:fs";
import path from "node:path";
import { cache, root } from "./places.mjs";
import { run, tryRun } from "./run.mjs";
import { SetupError } from "./setup-error.mjs";

export const SUPPORTED = ">=3.11,<3.15";
const PYTHONS = ["python3", "python3.13", "python3.12", "python3.11", "python3.14", "python"];
export const HOW = `Install Python ${SUPPORTED} with pip (Debian: apt-get install python3 python3-pip; macOS: brew install python@3.12), or uv, and run again.`;

let found;

/** uv from PATH, from our cache, or by pip into our cache; looked for once, whoever asks. */
export const findUv = () => (found ??= locate());

async function locate() {
  if ((await tryRun("uv", ["--version"])) !== null) return "uv";
  const lock = path.join(root, "trainer", "uv.lock");
  const version = /uv==([0-9.]+)/.exec(fs.readFileSync(lock, "utf8"))[1];
  const place = path.join(cache, `uv-${version}`);
  const uv = path.join(place, "bin", "uv");
  if ((await tryRun(uv, ["--version"])) !== null) return uv;
  const options = ["--quiet", "--require-hashes", "--no-deps", "--target", place, "-r", lock];
  for (const python of PYTHONS) {
    if ((await tryRun(python, ["-m", "pip", "--version"])) === null) continue;
    fs.rmSync(place, { recursive: true, force: true });
    await run(python, ["-m", "pip", "install", ...options]);
    return uv;
  }
  throw new SetupError(`Neither uv nor a Python with pip was found. ${HOW}`);
}
