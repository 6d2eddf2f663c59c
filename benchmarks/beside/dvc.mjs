// DVC in an environment of its own, and the same graphs in its words.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { findUv } from "../../scripts/setup/uv.mjs";

const VERSION = "3.67.1";

export async function makeDvc(folder) {
  const uv = await findUv();
  const environment = path.join(folder, "dvc-environment");
  await execa(uv, ["venv", "-q", environment]);
  const python = path.join(environment, "bin", "python");
  await execa(uv, ["pip", "install", "-q", "--python", python, `dvc==${VERSION}`]);
  const binary = path.join(environment, "bin", "dvc");
  return {
    version: VERSION,
    binary,
    /** Seconds of one `dvc repro` of steps that each write a line, from nothing. */
    runAll: async (place, shape, count, time) => {
      fs.mkdirSync(place, { recursive: true });
      await execa(binary, ["init", "--no-scm", "-q"], { cwd: place });
      const stages = Array.from({ length: count }, (_, index) => {
        const deps = shape === "chain" && index > 0 ? `\n    deps: [${index - 1}.txt]` : "";
        return `  s${index}:\n    cmd: echo ${index} > ${index}.txt${deps}\n    outs: [${index}.txt]\n`;
      });
      fs.writeFileSync(path.join(place, "dvc.yaml"), `stages:\n${stages.join("")}`);
      return time(binary, ["repro", "-q"], place);
    },
  };
}
