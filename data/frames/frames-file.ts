import { readFile } from "node:fs/promises";
import path from "node:path";
import type { FrameManifestLine } from "./manifest.ts";
import { show, tellFaults, type Fault } from "../rows/faults.ts";
import { readRows } from "../rows/read-rows.ts";
import { StepFailure } from "../../core/step-failure.ts";

const NAME = "frames.jsonl";

type FrameLine = Pick<FrameManifestLine, "video" | "strip" | "index" | "width" | "height">;

/**
 * The filmstrips of a dataset. It may be a program's, not of frames/extract: what the steps read of a line is checked, and
 * what is wrong fails the step, all causes at once.
 */
export async function readFrames(dataset: string): Promise<FrameLine[]> {
  const bytes = await readFile(path.join(dataset, NAME)).catch(() => {
    throw new StepFailure("data", `The dataset has no ${NAME}. Was it made by frames/extract?`);
  });
  const { rows, faults } = readRows<FrameLine>(bytes, lineFaults);
  const lines = new Map<string, number>();
  for (const { row, line } of rows) {
    const first = lines.get(row.video);
    if (first === undefined) lines.set(row.video, line);
    else
      faults.push({
        line,
        cause: "video twice",
        text: `the video ${show(row.video)} stands in line ${first} as well.`,
      });
  }
  if (faults.length > 0) throw new StepFailure("data", tellFaults(NAME, faults, "See docs/datasets.md."));
  return rows.map(({ row }) => row);
}

const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isIndex = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
/** Within the dataset's folder. */
const isInside = (value: unknown): boolean =>
  typeof value === "string" &&
  value !== "" &&
  !path.isAbsolute(value) &&
  !value.split(/[\\/]/).includes("..");

const MUST: Record<keyof FrameLine, [fits: (value: unknown) => boolean, words: string]> = {
  video: [(value) => typeof value === "string" && value !== "", "the video's name"],
  strip: [isInside, "a path in the dataset's folder"],
  index: [
    (value) => Array.isArray(value) && value.length > 0 && value.every(isIndex),
    "a list of whole numbers",
  ],
  width: [isSize, "a number of pixels"],
  height: [isSize, "a number of pixels"],
};

const lineFaults = (line: object): Fault[] =>
  Object.entries(MUST).flatMap(([key, [fits, words]]) => {
    const value = (line as Record<string, unknown>)[key];
    return fits(value) ? [] : [{ cause: key, text: `'${key}' is ${show(value)}; it must be ${words}.` }];
  });
