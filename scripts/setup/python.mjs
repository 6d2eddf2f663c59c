// The Python side: an environment from the lock file with hashes, made by uv, shared by all checkouts.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { wantsCuda } from "./cuda.mjs";
import { makeAside } from "./aside.mjs";
import { uvEnvironment } from "./index-environment.mjs";
import { machine, openCache, readJson, root, writeJson } from "./places.mjs";
import { isCompiled, noteOf, programsIn } from "./python-place.mjs";
import { run, timed } from "./run.mjs";
import { SetupError } from "./setup-error.mjs";
import { findUv, HOW, SUPPORTED } from "./uv.mjs";

const lock = path.join(root, "trainer", "requirements.lock");

/**
 * What PyTorch and bitsandbytes load only to compute on a GPU: a quarter of the whole. The others of CUDA's libraries are
 * linked into PyTorch's wheel, which does not start without them; a wheel for CPUs alone is not on the package index.
 */
export const ONLY_CUDA = new Set(readJson(path.join(root, "trainer", "only-cuda.json")));

/** The lock file's text, without what a machine without a GPU can do without. */
export function wantedPackages(cuda) {
  const text = fs.readFileSync(lock, "utf8");
  if (cuda) return text;
  const blocks = text.split(/^(?=[a-z0-9])/m);
  return blocks.filter((block) => !ONLY_CUDA.has(/^[a-z0-9._-]*/.exec(block)[0])).join("");
}

/**
 * Paths of Python and ffmpeg, and whether CUDA's packages are there; nothing when the environment names them. With `kept` null
 * where the cache has none. With `soon` nothing is compiled: a run does so while it renders, and nobody waits for it.
 */
export async function setUpPython(tools, { kept = false, soon = false } = {}) {
  if (process.env.REPRISE_PYTHON && process.env.REPRISE_FFMPEG) return {};
  const { cuda, said } = wantsCuda(tools);
  const packages = wantedPackages(cuda);
  const key = createHash("sha256").update(packages).digest("hex").slice(0, 16);
  const name = `python-${cuda ? "cuda" : "cpu"}-${key}-${machine}`;
  let place = path.join(openCache(), name);
  if (kept && !isWhole(place)) return null;
  if (!isWhole(place)) place = await makeAside(name, isWhole, (aside) => make(aside, packages));
  const programs = programsIn(place);
  if (!kept && !soon && !isCompiled(programs.python)) await compile(place);
  return { ...programs, cuda, cuda_said: said };
}

/** Also not where the Python that it was made with has gone. */
const isWhole = (place) => Object.values(programsIn(place)).every((program) => fs.existsSync(program));

const OURS = { PYTHONPATH: path.join(root, "trainer"), PYTHONDONTWRITEBYTECODE: "" };
const ASK_FFMPEG = "import imageio_ffmpeg, os; print(os.path.realpath(imageio_ffmpeg.get_ffmpeg_exe()))";

async function make(aside, packages) {
  const python = path.join(aside, "bin", "python");
  await timed("python", "installing the packages of the trainers (about 30 s, 5 to 6 GB)", async () => {
    const uv = await findUv();
    const env = uvEnvironment();
    await run(uv, ["venv", "--relocatable", "--python", SUPPORTED, aside], { env }).catch((error) => {
      throw /No interpreter found/i.test(error.message)
        ? new SetupError(`No Python ${SUPPORTED} was found. ${HOW}`)
        : error;
    });
    const wanted = path.join(aside, "wanted.lock");
    fs.writeFileSync(wanted, packages);
    await run(uv, ["pip", "sync", "--require-hashes", "--python", python, wanted], { env });
    const said = await run(python, ["-c", ASK_FFMPEG], { env: { ...OURS, IMAGEIO_FFMPEG_EXE: "" } });
    const ffmpeg = path.relative(fs.realpathSync(aside), said.split("\n").at(-1));
    writeJson(noteOf(aside), { ffmpeg, compiled: false });
  });
}

/** Else the first training would, on its own, while somebody waits for it. It also shows that all of it can be loaded. */
async function compile(place) {
  await timed("python", "compiling what the trainers import (about 15 s)", () =>
    run(programsIn(place).python, ["-m", "reprise_trainer.warm"], { env: OURS }),
  );
  writeJson(noteOf(place), { ...readJson(noteOf(place)), compiled: true });
}
