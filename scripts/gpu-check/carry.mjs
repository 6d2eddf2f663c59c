// For a machine that has PyTorch and CUDA 13 but no network: the trainers and the packages that it lacks, in one folder.
import fs from "node:fs";
import path from "node:path";
import { uvEnvironment } from "../setup/index-environment.mjs";
import { root } from "../setup/places.mjs";
import { run } from "../setup/run.mjs";
import { findUv } from "../setup/uv.mjs";

// What an installation of PyTorch with its usual companions does not bring.
const CARRIED = [
  "accelerate",
  "bitsandbytes",
  "datasets",
  "dill",
  "multiprocess",
  "peft",
  "transformers",
  "trl",
];
// Of the machine that is carried to.
const TARGET = ["--python-version", "3.12", "--python-platform", "x86_64-manylinux_2_34"];
const CUDA = "cuda130";

/** Packages at their locked versions, without what they need, and the trainers' sources. */
export async function carry(folder) {
  const site = path.join(folder, "site");
  const lock = fs.readFileSync(path.join(root, "trainer", "requirements.lock"), "utf8");
  const pins = CARRIED.map((name) => new RegExp(`^${name}==[^ ]+`, "m").exec(lock)[0]);
  const options = ["--no-deps", "--only-binary", ":all:", "--target", site, ...TARGET];
  await run(await findUv(), ["pip", "install", ...options, ...pins], { env: uvEnvironment() });
  const libraries = path.join(site, "bitsandbytes");
  for (const name of fs.readdirSync(libraries))
    if (name.startsWith("libbitsandbytes_") && !name.includes(CUDA) && !name.includes("cpu"))
      fs.rmSync(path.join(libraries, name));
  // trl reads its own templates; the rest of what wheels put outside of their package is not needed.
  fs.rmSync(path.join(site, "bin"), { recursive: true, force: true });
  fs.cpSync(path.join(root, "trainer", "reprise_trainer"), path.join(folder, "reprise_trainer"), {
    recursive: true,
    filter: (source) => path.basename(source) !== "__pycache__",
  });
}
