import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { FrameManifestLine } from "../../data/frames/manifest.ts";
import type { Unusable } from "../../activities/frames-extract/unusable.ts";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, type Ended } from "./cli.ts";

/** Writes a dataset's questions, one for each video. */
export function writeRows(dataset: string, videos: readonly string[]): void {
  mkdirSync(dataset, { recursive: true });
  const rows = videos.map((video, number) => ({
    id: `q${number}`,
    video,
    split: "eval",
    task: "direction",
    way: "forward",
    question: "Which?",
    options: ["A. left", "B. right"],
    answer: "A",
    targets: {},
  }));
  writeFileSync(
    path.join(dataset, "questions.jsonl"),
    rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
  );
}

/** A recipe that cuts a dataset in the folder `data`; `more` are further lines of its parameters. */
export const cutRecipe = (name: string, more: readonly string[] = [], step: readonly string[] = []): string =>
  [
    "recipe: 1",
    `name: ${name}`,
    "inputs:",
    "  data: { type: dataset, path: data }",
    ...(more.some((line) => line.includes("inputs.videos"))
      ? ["  videos: { type: path, path: videos }"]
      : []),
    "steps:",
    "  frames:",
    "    uses: frames/extract",
    ...step.map((line) => `    ${line}`),
    "    with:",
    '      dataset: "${{ inputs.data }}"',
    "      size: 28x28",
    ...more.map((line) => `      ${line}`),
    "",
  ].join("\n");

export interface Cut extends Ended {
  record: RunRecord;
  metrics: Record<string, number>;
  /** Lines of frames.jsonl and left-out.jsonl, by video. */
  lines: Record<string, FrameManifestLine>;
  left: Record<string, string>;
  /** Path of the step's output, where it has one. */
  dataset: string;
}

/** Runs a recipe of one cutting step through the command. */
export async function cutThrough(
  folder: string,
  text: string,
  env: Record<string, string> = {},
): Promise<Cut> {
  writeFileSync(path.join(folder, "cut.yaml"), text);
  const ended = await reprise(folder, ["run", "cut.yaml", "--json"], env);
  const record = JSON.parse(ended.stdout) as RunRecord;
  const [step] = record.steps;
  const output = step?.outputs["dataset"];
  const dataset = output === undefined ? "" : path.join(folder, ".reprise", output.uri);
  const read = <T>(name: string): T[] => {
    const file = path.join(dataset, name);
    if (dataset === "" || !existsSync(file)) return [];
    return readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as T);
  };
  return {
    ...ended,
    record,
    metrics: step?.metrics ?? {},
    lines: Object.fromEntries(read<FrameManifestLine>("frames.jsonl").map((line) => [line.video, line])),
    left: Object.fromEntries(read<Unusable>("left-out.jsonl").map(({ video, reason }) => [video, reason])),
    dataset,
  };
}
