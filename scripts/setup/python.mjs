// The Python side: an environment from the lock file with hashes, made by uv, shared by all checkouts.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { wantsCuda } from "./cuda.mjs";
import { indexEnvironment } from "./index-environment.mjs";
import { cache, readJson, root, writeJson } from "./places.mjs";
import { removeAbandoned, run, takePlace, timed, tryRun } from "./run.mjs";
import { SetupError } from "./setup-error.mjs";
import { findUv, HOW, SUPPORTED } from "./uv.mjs";

const lock = path.join(root, "trainer", "requirements.lock");

/**
 * What PyTorch and bitsandbytes load only to compute on a GPU: a quarter of the whole. The others of CUDA's libraries are
 * linked into PyTorch's wheel, which does not start without them; a wheel for CPUs alone is not on the package index.
 */
export const ONLY_CUDA = new Set([
  "cuda-bindings",
  "cuda-pathfinder",
  "nvidia-cuda-cccl",
  "nvidia-cusolver",
  "nvidia-nvtx",
  "triton",
]);

/** The lock file's text, without what a machine without a GPU can do without. */
export function wantedPackages(cuda) {
  const text = fs.readFileSync(lock, "utf8");
  if (cuda) return text;
  const blocks = text.split(/^(?=[a-z0-9])/m);
  return blocks.filter((block) => !ONLY_CUDA.has(/^[a-z0-9._-]*/.exec(block)[0])).join("");
}

/** Paths of Python and ffmpeg, and whether CUDA's packages are there; nothing when the environment names them. */
export async function setUpPython() {
  if (process.env.REPRISE_PYTHON && process.env.REPRISE_FFMPEG) return {};
  const cuda = wantsCuda();
  const packages = wantedPackages(cuda);
  const key = createHash("sha256").update(packages).digest("hex").slice(0, 16);
  const place = path.join(cache, `python-${cuda ? "cuda" : "cpu"}-${key}`);
  const complete = path.join(place, "complete.json");
  if (!fs.existsSync(complete)) await make(place, packages);
  return {
    python: path.join(place, "bin", "python"),
    ffmpeg: path.join(place, readJson(complete).ffmpeg),
    cuda,
  };
}

/** Made aside and renamed: an interrupted set-up leaves nothing that looks whole. */
async function make(place, packages) {
  const aside = `${place}.${process.pid}.partial`;
  const python = path.join(aside, "bin", "python");
  fs.mkdirSync(cache, { recursive: true });
  removeAbandoned();
  await timed("python", "installing the packages of the trainers (about 30 s, 5 to 6 GB)", async () => {
    const uv = await findUv();
    const env = { ...indexEnvironment(), UV_PYTHON_DOWNLOADS: "never" };
    const venv = await tryRun(uv, ["venv", "--relocatable", "--python", SUPPORTED, aside], { env });
    if (venv === null) throw new SetupError(`No Python ${SUPPORTED} was found. ${HOW}`);
    const wanted = path.join(aside, "wanted.lock");
    fs.writeFileSync(wanted, packages);
    await run(uv, ["pip", "sync", "--require-hashes", "--python", python, wanted], { env });
  });
  // Else the first training would, on its own, while somebody waits for it.
  await timed("python", "compiling what the trainers import (about 15 s)", async () => {
    const said = await run(python, ["-m", "reprise_trainer.warm"], {
      env: { PYTHONPATH: path.join(root, "trainer"), PYTHONDONTWRITEBYTECODE: "" },
    });
    const { ffmpeg } = JSON.parse(said.split("\n").at(-1));
    writeJson(path.join(aside, "complete.json"), { ffmpeg: path.relative(fs.realpathSync(aside), ffmpeg) });
  });
  takePlace(aside, place, "complete.json");
}
