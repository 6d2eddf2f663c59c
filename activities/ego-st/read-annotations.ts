import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { StepFailure } from "../step-failure.ts";
import { benchmarkFile, readBenchmarkRecord } from "./benchmark-record.ts";
import type { SetAside } from "./report.ts";
import { readTrainingRow, type Ingested, type Reading } from "./training-row.ts";

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
    const text = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
    for (const { reading, at } of name.endsWith(".jsonl")
      ? lines(text, name)
      : records(text, name, answerKey)) {
      const before = "row" in reading ? seen.get(reading.row.id) : undefined;
      if ("doubt" in reading) all.setAside.push({ file: name, ...at, reason: reading.doubt });
      else if (before !== undefined)
        all.setAside.push({ file: name, ...at, reason: `the same row stands at ${before}` });
      else {
        all.ingested.push(reading);
        seen.set(reading.row.id, `${name}:${at.line ?? at.key}`);
      }
    }
  }
  return all;
}

interface Read {
  reading: Reading;
  at: { line?: number; key?: string };
}

function lines(text: string, name: string): Read[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const at = { line: index + 1 };
    try {
      return [{ at, reading: readTrainingRow(JSON.parse(line), name, index + 1) }];
    } catch {
      return [{ at, reading: { doubt: "the line is not JSON" } }];
    }
  });
}

function records(text: string, name: string, answerKey: string): Read[] {
  const file = benchmarkFile(name);
  if (file === undefined)
    throw new StepFailure(
      "data",
      `'${name}' is no annotation file of the benchmark: expected a name such as Part1_forward_mcq.json.`,
    );
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch (error) {
    throw new StepFailure("data", `'${name}' is not JSON: ${(error as Error).message}.`);
  }
  if (whole === null || typeof whole !== "object" || Array.isArray(whole))
    throw new StepFailure("data", `'${name}' is not one JSON object keyed by sample.`);
  return Object.entries(whole).map(([key, record]) => ({
    at: { key },
    reading: readBenchmarkRecord(record, { name, file, key, answerKey }),
  }));
}
