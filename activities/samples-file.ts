import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Prediction, Sample } from "../report/statistics/sample.ts";
import { show, tellFaults, type Fault, type LineFault } from "./rows/faults.ts";
import { readRows } from "./rows/read-rows.ts";
import { StepFailure } from "./step-failure.ts";

const STATUS: Record<Prediction["status"], true> = {
  ...{ correct: true, wrong: true, unparsed: true },
  ...{ filtered: true, refused: true, error: true },
};

/** The samples of a file of predictions, which may be a program's. What is wrong fails the step, all causes at once. */
export async function readSamples(file: string): Promise<Sample[]> {
  const { rows, faults } = readRows<Sample>(await readFile(file), sampleFaults);
  const lines = new Map<string, number>();
  const twice = rows.flatMap(({ row: { id }, line }): LineFault[] => {
    const first = lines.get(id);
    if (first === undefined) lines.set(id, line);
    return first === undefined
      ? []
      : [{ line, cause: "id twice", text: `the id ${show(id)} stands in line ${first} as well.` }];
  });
  const all = [...faults, ...twice];
  if (all.length > 0)
    throw new StepFailure("data", tellFaults(path.basename(file), all, "See docs/run-command.md."));
  return rows.map(({ row }) => row);
}

/** The samples of predictions that were checked when they were made. */
export const samplesOf = async (file: string): Promise<Sample[]> =>
  readRows<Sample>(await readFile(file), () => []).rows.map(({ row }) => row);

function sampleFaults(line: object): Fault[] {
  const { id, video, status } = line as Record<string, unknown>;
  return [
    ...(typeof id === "string" && id.trim() !== ""
      ? []
      : [{ cause: "id", text: `'id' is ${show(id)}; it must be the question's id, as text.` }]),
    ...(video === undefined || (typeof video === "string" && video !== "")
      ? []
      : [{ cause: "video", text: `'video' is ${show(video)}; it must be text, or be left out.` }]),
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
