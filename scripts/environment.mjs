// node scripts/environment.mjs LOCK PYTHON ANSWER: makes the Python environment that a lock file describes, with a Python's
// version, once for this user. The path of its Python is written to the file ANSWER.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { makeAside } from "./setup/aside.mjs";
import { uvEnvironment } from "./setup/index-environment.mjs";
import { machine, openCache, writeJson } from "./setup/places.mjs";
import { run } from "./setup/run.mjs";
import { SetupError } from "./setup/setup-error.mjs";
import { findUv } from "./setup/uv.mjs";

// What such a line names is not in the lock file, and may be another thing tomorrow.
const ELSEWHERE = /^\s*(-r|-c|-e|--requirements?|--constraints?|--editable)\b/;

async function main(lock, python, answer) {
  const text = readLock(lock);
  refuseWhatIsElsewhere(text);
  const uv = await findUv();
  const base = await run(python, ["-c", "import sys; print(*sys.version_info[:3], sys.base_prefix)"]);
  const key = createHash("sha256").update(`${base}\0${text}`).digest("hex").slice(0, 16);
  const name = `environment-${key}-${machine}`;
  let place = path.join(openCache(), name);
  if (!isWhole(place)) place = await makeAside(name, isWhole, (aside) => make(aside, { uv, python, lock }));
  writeJson(answer, { python: pythonIn(place) });
}

function readLock(lock) {
  try {
    return fs.readFileSync(lock, "utf8");
  } catch (error) {
    const why = error.code === "EISDIR" ? "it is a folder" : error.code;
    throw new SetupError(`The lock file '${lock}' cannot be read: ${why}.`);
  }
}

const pythonIn = (place) => path.join(place, "bin", "python");
const markOf = (place) => path.join(place, "complete.json");

/** Also not where the Python that it was made with has gone. */
const isWhole = (place) => fs.existsSync(markOf(place)) && fs.existsSync(pythonIn(place));

async function make(aside, { uv, python, lock }) {
  const start = Date.now();
  console.error("Installing what the lock file names.");
  const env = uvEnvironment();
  await run(uv, ["venv", "--relocatable", "--python", python, aside], { env });
  await run(uv, ["pip", "sync", "--require-hashes", "--python", pythonIn(aside), lock], { env });
  writeJson(markOf(aside), { seconds: (Date.now() - start) / 1000 });
  console.error(`Installed in ${((Date.now() - start) / 1000).toFixed(1)} s.`);
}

function refuseWhatIsElsewhere(text) {
  for (const [index, line] of text.split("\n").entries())
    if (ELSEWHERE.test(line))
      throw new SetupError(
        `Line ${index + 1} of the lock file names something outside of it: '${line.trim()}'. Write down all packages with their versions and hashes: uv pip compile --generate-hashes requirements.in -o requirements.lock`,
      );
}

main(...process.argv.slice(2)).catch((error) => {
  // What the system refuses, such as a full disk, has a code; anything else is a bug, and tells where.
  if (!(error instanceof SetupError) && error.code === undefined) throw error;
  console.error(error.message);
  process.exit(1);
});
