// The step frames/extract through the command, on a folder's data.
import fs from "node:fs";
import path from "node:path";
import { resultOfStep } from "./step.mjs";

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
  const step = `{ uses: frames/extract, with: { dataset: "\${{ inputs.d }}", frames: ${frames}, size: ${size} } }`;
  const { seconds } = await resultOfStep(folder, step, `{ d: { type: dataset, path: ${name} } }`);
  return seconds;
}
