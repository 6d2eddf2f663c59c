// Snakemake in an environment of its own, and the same graphs in its words.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { findUv } from "../../scripts/setup/uv.mjs";

const VERSION = "9.27.1";

const SNAKEFILES = {
  wide: (count) =>
    `rule all:\n    input: expand("out/{i}.txt", i=range(${count}))\n\nrule step:\n    output: "out/{i}.txt"\n    shell: "echo {wildcards.i} > {output}"\n`,
  chain: (count) =>
    `rule all:\n    input: "out/${count - 1}.txt"\n\nrule step:\n    input: lambda w: [] if w.i == "0" else f"out/{int(w.i) - 1}.txt"\n    output: "out/{i}.txt"\n    shell: "echo {wildcards.i} > {output}"\n`,
};

/** Installs it with the uv that the set-up keeps. */
export async function makeSnakemake(folder) {
  const uv = await findUv();
  const environment = path.join(folder, "snakemake-environment");
  await execa(uv, ["venv", "-q", environment]);
  const python = path.join(environment, "bin", "python");
  await execa(uv, ["pip", "install", "-q", "--python", python, `snakemake==${VERSION}`]);
  const binary = path.join(environment, "bin", "snakemake");
  const { stdout: version } = await execa(binary, ["--version"]);
  return {
    version,
    binary,
    /**
     * Seconds of `snakemake -n`, with every output there if `finished`; or why there are none. `seen` is the number of
     * jobs that it looked at.
     */
    plan: async (place, shape, count, finished, time) => {
      fs.mkdirSync(path.join(place, "out"), { recursive: true });
      fs.writeFileSync(path.join(place, "Snakefile"), SNAKEFILES[shape](count));
      // In order, so that in a chain each is newer than the one before.
      const start = Date.now() / 1000 - count;
      for (let index = 0; index < (finished ? count : 0); index++) {
        const file = path.join(place, "out", `${index}.txt`);
        fs.writeFileSync(file, `${index}\n`);
        fs.utimesSync(file, start + index, start + index);
      }
      try {
        const { stdout, stderr } = await execa(binary, ["-n"], { cwd: place });
        const seen = finished
          ? Number(/^([0-9]+) jobs have missing/m.exec(stdout + stderr)?.[1] ?? count)
          : count;
        return { ...(await time(binary, ["-n", "-q", "all"], { cwd: place })), seen };
      } catch (error) {
        const said = `${error.stdout ?? ""}\n${error.stderr ?? ""}`;
        const reason = /RecursionError[^\n]*/.exec(said)?.[0] ?? error.shortMessage;
        return { why: `fails: ${reason.slice(0, 80)}` };
      }
    },
    /** Seconds of one run of all steps, each of which writes a line, from nothing. */
    runAll: async (place, shape, count, time) => {
      fs.mkdirSync(path.join(place, "out"), { recursive: true });
      fs.writeFileSync(path.join(place, "Snakefile"), SNAKEFILES[shape](count));
      return time(binary, ["-c", "2", "-q", "all"], place);
    },
    run: (place, time) => time(binary, ["-c", "2", "-q", "all"], { cwd: place }),
  };
}
