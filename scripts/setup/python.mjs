// The Python side: an environment from the lock file with hashes, made by uv, shared by all checkouts.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { cache, root } from "./places.mjs";
import { removeAbandoned, run, SetupError, timed, tryRun } from "./run.mjs";

const SUPPORTED = ">=3.11,<3.15";
const PYTHONS = ["python3", "python3.13", "python3.12", "python3.11", "python3.14", "python"];
const HOW = `Install Python ${SUPPORTED} with pip (Debian: apt-get install python3 python3-pip; macOS: brew install python@3.12), or uv, and run again.`;

export async function setUpPython() {
  const lock = path.join(root, "trainer", "requirements.lock");
  const key = createHash("sha256").update(fs.readFileSync(lock)).digest("hex").slice(0, 16);
  const place = path.join(cache, `python-${key}`);
  const python = path.join(place, "bin", "python");
  const made = fs.existsSync(path.join(place, "complete"));
  if (!made)
    await timed("python", "making the environment of the trainers (about 30 s, 6 GB)", () =>
      make(place, lock),
    );
  const ffmpeg = await run(python, ["-c", "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"]);
  return { python, ffmpeg };
}

/** Made aside and renamed: an interrupted set-up leaves nothing that looks whole. */
async function make(place, lock) {
  const uv = await findUv();
  const aside = `${place}.${process.pid}.partial`;
  fs.mkdirSync(cache, { recursive: true });
  removeAbandoned(cache, path.basename(place));
  const venv = await tryRun(uv, ["venv", "--relocatable", "--python", SUPPORTED, aside], {
    env: { UV_PYTHON_DOWNLOADS: "never" },
  });
  if (venv === null) throw new SetupError(`No Python ${SUPPORTED} was found. ${HOW}`);
  await run(uv, ["pip", "sync", "--require-hashes", "--python", path.join(aside, "bin", "python"), lock]);
  fs.writeFileSync(path.join(aside, "complete"), "");
  try {
    fs.renameSync(aside, place);
  } catch (error) {
    // Another checkout was faster.
    if (!fs.existsSync(path.join(place, "complete"))) throw error;
    fs.rmSync(aside, { recursive: true, force: true });
  }
}

/** uv from PATH, from our cache, or by pip into our cache. */
export async function findUv() {
  if ((await tryRun("uv", ["--version"])) !== null) return "uv";
  const lock = path.join(root, "trainer", "uv.lock");
  const version = /uv==([0-9.]+)/.exec(fs.readFileSync(lock, "utf8"))[1];
  const place = path.join(cache, `uv-${version}`);
  const uv = path.join(place, "bin", "uv");
  if ((await tryRun(uv, ["--version"])) !== null) return uv;
  for (const python of PYTHONS) {
    if ((await tryRun(python, ["-m", "pip", "--version"])) === null) continue;
    fs.rmSync(place, { recursive: true, force: true });
    await run(python, [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--require-hashes",
      "--no-deps",
      "--target",
      place,
      "-r",
      lock,
    ]);
    return uv;
  }
  throw new SetupError(`Neither uv nor a Python with pip was found. ${HOW}`);
}
