// The step frames/extract through the command, on a folder's data.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";

const cli = path.join(path.dirname(path.dirname(import.meta.dirname)), "dist", "cli", "main.js");

/** Writes a dataset's questions, one for each video. */
export function writeRows(data, videos) {
  const row = { split: "eval", task: "t", way: "forward", question: "Which?", options: [], answer: null };
  const rows = videos.map((video, number) => ({ id: `q${number}`, video, targets: {}, ...row }));
  fs.writeFileSync(
    path.join(data, "questions.jsonl"),
    rows.map((one) => `${JSON.stringify(one)}\n`).join(""),
  );
}

/** Seconds of the step, with nothing to reuse. */
export async function secondsOfStep(folder, name, size, frames = 8) {
  const recipe = `recipe: 1\nname: bench\ninputs: { d: { type: dataset, path: ${name} } }\nsteps:\n  frames: { uses: frames/extract, with: { dataset: "\${{ inputs.d }}", frames: ${frames}, size: ${size} } }\n`;
  fs.writeFileSync(path.join(folder, "bench.yaml"), recipe);
  for (const part of ["steps", "artifacts"])
    fs.rmSync(path.join(folder, ".reprise", part), { recursive: true, force: true });
  const { stdout } = await execa(process.execPath, [cli, "run", "bench.yaml", "--json"], { cwd: folder });
  const [{ started, ended }] = JSON.parse(stdout).steps;
  return (Date.parse(ended) - Date.parse(started)) / 1000;
}

/** Ends the server that the steps used. */
export const down = (folder) => execa(process.execPath, [cli, "down"], { cwd: folder, reject: false });
