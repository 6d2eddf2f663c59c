import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot, trainerFolder } from "../core/package-root.ts";
import { StepFailure } from "../core/step-failure.ts";
import { cacheFolder } from "./cache-folder.ts";

/** What a Python program of ours needs in its environment. */
export const PYTHON_ENVIRONMENT = {
  PYTHONPATH: trainerFolder,
  // Files of the folder that it runs in, which is a recipe's, must not stand for modules.
  PYTHONSAFEPATH: "1",
  // Some containers forbid to keep compiled modules; to compile them anew takes longer than all else of a start.
  PYTHONDONTWRITEBYTECODE: "",
};

/** What the set-up found or made, by absolute path. */
export interface Toolchain {
  python: string | null;
  ffmpeg: string | null;
  server: string | null;
  /** Whether the Python environment has CUDA's packages, and if not, whether somebody said so; null when it is not the set-up's. */
  cuda: boolean | null;
  cuda_said: boolean;
}

/** Where the set-up notes what it made: scripts/setup/places.mjs says so too, before anything is built. */
function noteOf(environment: NodeJS.ProcessEnv): string {
  if (existsSync(path.join(packageRoot, "tsconfig.build.json")))
    return path.join(packageRoot, "node_modules", ".reprise", "toolchain.json");
  const { name } = JSON.parse(readFileSync(path.join(packageRoot, "dist", "toolchain.json"), "utf8")) as {
    name: string;
  };
  return path.join(cacheFolder(environment), `toolchain-${name}-${process.platform}-${process.arch}.json`);
}

/** The toolchain of this checkout or package; REPRISE_PYTHON, REPRISE_FFMPEG and REPRISE_SERVER override its parts. */
export function findToolchain(environment: NodeJS.ProcessEnv = process.env): Toolchain {
  const file = noteOf(environment);
  const found = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as Toolchain)
    : { python: null, ffmpeg: null, server: null, cuda: null, cuda_said: false };
  const present = (place: string | null) => (place !== null && existsSync(place) ? place : null);
  return {
    python: present(environment["REPRISE_PYTHON"] || found.python),
    ffmpeg: present(environment["REPRISE_FFMPEG"] || found.ffmpeg),
    server: present(environment["REPRISE_SERVER"] || found.server),
    cuda: environment["REPRISE_PYTHON"] ? null : found.cuda,
    cuda_said: found.cuda_said,
  };
}

const NVIDIA_DRIVERS = ["/dev/nvidiactl", "/dev/dxg"];

/** Whether a toolchain lacks what this machine's GPU needs, as on a cluster whose login node has none. */
export const lacksCuda = (
  { cuda, cuda_said: said }: Pick<Toolchain, "cuda" | "cuda_said">,
  drivers = NVIDIA_DRIVERS,
): boolean => cuda === false && !said && drivers.some((file) => existsSync(file));

/** A tool that a step needs, or a failure that says how to get it. */
export function requireTool(name: "python" | "ffmpeg"): string {
  const toolchain = findToolchain();
  const place = toolchain[name];
  if (name === "python" && lacksCuda(toolchain))
    throw new StepFailure(
      "environment",
      "The Python environment was made on a machine without a GPU, and lacks packages that CUDA needs here. Run 'reprise setup' on this machine, or 'REPRISE_CUDA=1 reprise setup' on the other one.",
    );
  // The program runs in another folder than the one that a path in the environment counts from.
  if (place !== null) return path.resolve(place);
  const variable = `REPRISE_${name.toUpperCase()}`;
  const what = name === "python" ? "The Python environment of the trainers" : "ffmpeg";
  throw new StepFailure(
    "environment",
    `${what} is missing. Run 'reprise setup', or set ${variable} to its path.`,
  );
}

let digest: string | undefined;

/** SHA-256 of the lock file that the Python environment is made from, for the record. */
export function lockDigest(): string {
  const file = path.join(trainerFolder, "requirements.lock");
  return (digest ??= createHash("sha256").update(readFileSync(file)).digest("hex"));
}

/** This package's version. */
export const packageVersion = (): string =>
  (JSON.parse(readFileSync(path.join(packageRoot, "package.json"), "utf8")) as { version: string }).version;
