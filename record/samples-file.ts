import { readFile } from "node:fs/promises";
import path from "node:path";
import { asScored, type Prediction, type Sample, type Scored } from "../verdict/statistics/sample.ts";
import type { Measure } from "../schemas/compared-output.ts";
import { show, tellFaults, type Fault } from "../data/rows/faults.ts";
import { idsTwice } from "../data/rows/ids.ts";
import { linesOfFile } from "../data/rows/line-stream.ts";
import { objectOf, readRows } from "../data/rows/read-rows.ts";
import { decodeLine } from "../data/rows/text-lines.ts";
import { StepFailure } from "../core/step-failure.ts";

const STATUS: Record<Prediction["status"], true> = {
  ...{ correct: true, wrong: true, unparsed: true },
  ...{ filtered: true, refused: true, error: true },
};

/** The samples of a file of predictions, which may be a program's. What is wrong fails the step, all causes at once. */
export async function readSamples(file: string): Promise<Sample[]> {
  const { rows, faults } = readRows<Sample>(await readFile(file), sampleFaults);
  const all = [...faults, ...idsTwice(rows)];
  if (all.length > 0)
    throw new StepFailure("data", tellFaults(path.basename(file), all, "See docs/run-command.md."));
  return rows.map(({ row }) => row);
}

/**
 * What claims compare of a file of predictions or of scores, as scores. Read line by line: of a large file only that much is
 * in memory. Throws StepFailure for a file that is none.
 */
export async function scoredOf(file: string, measure: Measure): Promise<Scored[]> {
  const [faultsOf, asOne] =
    measure === "predictions"
      ? [sampleFaults, (row: object) => asScored(row as Sample)]
      : [scoreFaults, (row: object) => asScore(row as Scored)];
  const scored: Scored[] = [];
  let line = 0;
  for await (const bytes of linesOfFile(file)) {
    line += 1;
    const decoded = decodeLine(bytes);
    if ("text" in decoded && decoded.text.trim() === "") continue;
    const read = "text" in decoded ? objectOf(decoded.text) : decoded;
    const faults = "fault" in read ? [read.fault] : faultsOf(read.value);
    if ("value" in read && faults.length === 0) scored.push(asOne(read.value));
    // Programs may use other encodings and line ends, which that reader knows; it also tells all that is wrong.
    else if (measure === "predictions") return (await readSamples(file)).map(asScored);
    else
      throw new StepFailure(
        "data",
        tellFaults(
          path.basename(file),
          faults.map((fault) => ({ ...fault, line })),
          "",
        ),
      );
  }
  return scored;
}

const asScore = ({ id, video, score }: Scored): Scored => ({
  id,
  ...(video === undefined ? {} : { video }),
  score,
});

function scoreFaults(line: object): Fault[] {
  const { score } = line as Record<string, unknown>;
  return [
    ...nameFaults(line),
    ...(score === null || Number.isFinite(score)
      ? []
      : [{ cause: "score", text: `'score' is ${show(score)}; it must be a finite number, or null.` }]),
  ];
}

function sampleFaults(line: object): Fault[] {
  const { status } = line as Record<string, unknown>;
  return [
    ...nameFaults(line),
    ...(typeof status === "string" && Object.hasOwn(STATUS, status)
      ? []
      : [
          {
            cause: "status",
            text: `'status' is ${show(status)}; it must be one of ${Object.keys(STATUS).join(", ")}.`,
          },
        ]),
  ];
}

function nameFaults(line: object): Fault[] {
  const { id, video } = line as Record<string, unknown>;
  return [
    ...(typeof id === "string" && id.trim() !== ""
      ? []
      : [{ cause: "id", text: `'id' is ${show(id)}; it must be the question's id, as text.` }]),
    ...(video === undefined || (typeof video === "string" && video !== "")
      ? []
      : [{ cause: "video", text: `'video' is ${show(video)}; it must be text, or be left out.` }]),
  ];
}
