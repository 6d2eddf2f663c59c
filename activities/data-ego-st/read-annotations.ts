import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { tellFaults, type LineFault } from "../../data/rows/faults.ts";
import { duplicateKey } from "../../data/rows/json-text.ts";
import { questionFaults } from "../../data/questions/question-faults.ts";
import { readObjects, whyNotJson } from "../../data/rows/read-rows.ts";
import { textLines } from "../../data/rows/text-lines.ts";
import { StepFailure } from "../../core/step-failure.ts";
import { benchmarkFile, readBenchmarkRecord } from "./benchmark-record.ts";
import type { SetAside } from "./report.ts";
import { readTrainingRow, type Ingested, type Reading } from "./training-row.ts";
import { datasetPaths } from "./video-paths.ts";

export interface Annotations {
  ingested: Ingested[];
  setAside: SetAside[];
}

/** Reads a training file (.jsonl), an annotation file of the benchmark (.json), or a folder of either. */
export async function readAnnotations(place: string, answerKey: string): Promise<Annotations> {
  const files = (await stat(place)).isDirectory()
    ? (await readdir(place))
        .filter((name) => /\.jsonl?$/.test(name))
        .sort()
        .map((name) => path.join(place, name))
    : [place];
  if (files.length === 0)
    throw new StepFailure("data", "The folder of annotations holds no .json and no .jsonl file.");
  const all: Annotations = { ingested: [], setAside: [] };
  const seen = new Map<string, string>();
  for (const file of files) {
    const name = path.basename(file);
    const bytes = await readFile(file);
    for (const { reading, at } of name.endsWith(".jsonl")
      ? lines(bytes, name)
      : records(bytes, name, answerKey)) {
      const doubt = doubtOf(reading, seen);
      if (doubt !== undefined) all.setAside.push({ file: name, ...at, reason: doubt });
      else {
        const ingested = reading as Ingested;
        all.ingested.push(ingested);
        seen.set(ingested.row.id, `${name}:${at.line ?? at.key}`);
      }
    }
  }
  const paths = datasetPaths(all.ingested.map(({ row }) => row.video));
  for (const { row } of all.ingested) row.video = paths.get(row.video)!;
  return all;
}

/** Why a row is set aside: it leaves a doubt, stands there already, or no step could use it. */
function doubtOf(reading: Reading, seen: ReadonlyMap<string, string>): string | undefined {
  if ("doubt" in reading) return reading.doubt;
  const before = seen.get(reading.row.id);
  if (before !== undefined) return `the same row stands at ${before}`;
  const faults = questionFaults(reading.row).map(({ text }) => text.replace(/\.$/, ""));
  return faults.length === 0 ? undefined : faults.join("; ");
}

interface Read {
  reading: Reading;
  at: { line?: number; key?: string };
}

function lines(bytes: Buffer, name: string): Read[] {
  const { objects, faults } = readObjects(bytes);
  refuseWhole(name, faults);
  return [
    ...objects.map(({ row, line }) => ({ at: { line }, reading: readTrainingRow(row, name, line) })),
    ...faults.map(({ line, text }) => ({
      at: { line: line! },
      reading: { doubt: text.replace(/\.$/, "") },
    })),
  ].sort((a, b) => a.at.line - b.at.line);
}

/** Of a file that is no lines of JSON at all, no line is set aside. */
function refuseWhole(name: string, faults: readonly LineFault[]): void {
  const whole = faults.filter(({ line }) => line === null);
  if (whole.length > 0) throw new StepFailure("data", tellFaults(name, whole, "See docs/datasets.md."));
}

function records(bytes: Buffer, name: string, answerKey: string): Read[] {
  const file = benchmarkFile(name);
  if (file === undefined)
    throw new StepFailure(
      "data",
      `'${name}' is no annotation file of the benchmark: expected a name such as Part1_forward_mcq.json.`,
    );
  const whole = jsonObject(bytes, name);
  return Object.entries(whole).map(([key, record]) => ({
    at: { key },
    reading: readBenchmarkRecord(record, { name, file, key, answerKey }),
  }));
}

/** The one object that a file is. */
function jsonObject(bytes: Buffer, name: string): object {
  const { lines: texts, faults } = textLines(bytes);
  if (faults.length > 0) throw new StepFailure("data", tellFaults(name, faults, "See docs/datasets.md."));
  const text = texts
    .map((line) => line.text)
    .join("\n")
    .replace(/^\uFEFF/, "");
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch (error) {
    throw new StepFailure("data", `'${name}' is not JSON: ${whyNotJson(error as Error, text)}.`);
  }
  if (whole === null || typeof whole !== "object" || Array.isArray(whole))
    throw new StepFailure("data", `'${name}' is not one JSON object keyed by sample.`);
  const twice = duplicateKey(text);
  if (twice === undefined) return whole;
  const line = text.slice(0, twice.at).split("\n").length;
  throw new StepFailure(
    "data",
    `${name}:${line}: the key '${twice.key}' stands twice in one object: one of the two would be lost.`,
  );
}
