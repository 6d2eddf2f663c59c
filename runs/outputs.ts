import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import type { StepOutcome } from "../schemas/plan.ts";
import type { RunRecordArtifact } from "../schemas/generated/run-record.ts";
import type { StartedRun } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import { walk } from "../store/walk.ts";
import { RunError } from "./errors.ts";

/** An output of a step of a run, as the store keeps it. */
export interface KeptOutput {
  step: string;
  output: string;
  type: string;
  digest: string;
  bytes: number;
  /** Absolute path of its folder, or of its file where it is one file. Only to be read. */
  place: string;
  /** Paths of its files in that folder. */
  files: string[];
  /** What is wrong with it, or null. */
  defect: string | null;
}

/**
 * What the finished steps of a run gave, in the plan's order; of one step (`sft`) or one output (`sft.adapter`) where that is asked
 * for. Throws RunError (`step-unknown`, `output-unknown`).
 */
export async function outputsOf(
  store: Store,
  { request: { run, plan } }: StartedRun,
  asked?: string,
): Promise<KeptOutput[]> {
  const steps = plan.steps.map(({ id }) => id);
  const [step, output] = split(asked, steps);
  if (step !== undefined && !steps.includes(step)) throw new RunError({ why: "step-unknown", step, steps });
  const record = await store.runs.loadRecord(run);
  const kept: KeptOutput[] = [];
  for (const id of step === undefined ? steps : [step]) {
    const outcome = record?.steps.find((one) => one.id === id) ?? (await store.runs.loadOutcome(run, id));
    for (const [name, artifact] of Object.entries(outcome?.outputs ?? {}))
      if (output === undefined || name === output) kept.push(await keptOutput(store, id, name, artifact));
  }
  if (output !== undefined && kept.length === 0) {
    const outputs = Object.keys(plan.steps.find(({ id }) => id === step)!.outputs);
    throw new RunError({ why: "output-unknown", step: step!, output, outputs });
  }
  return kept;
}

/** A step's id may hold anything but a dot. */
function split(
  asked: string | undefined,
  steps: readonly string[],
): [step: string | undefined, output?: string] {
  if (asked === undefined || steps.includes(asked)) return [asked];
  const dot = asked.lastIndexOf(".");
  return dot < 0 ? [asked] : [asked.slice(0, dot), asked.slice(dot + 1)];
}

async function keptOutput(
  store: Store,
  step: string,
  output: string,
  { uri, digest, type }: RunRecordArtifact,
): Promise<KeptOutput> {
  const [bytes, listed, place, defect] = await Promise.all([
    store.artifacts.bytes(digest),
    store.artifacts.files(digest),
    store.artifacts.get({ uri, type }),
    store.artifacts.defect({ digest }),
  ]);
  return { step, output, type, digest, bytes, place, defect, files: listed.map(({ path: file }) => file) };
}

/**
 * Copies an output to a place whose folders are made; the copy may be written to. Throws RunError (`output-damaged`, `place-taken`).
 */
export async function copyOutput(kept: KeptOutput, target: string): Promise<void> {
  const { step, output, defect, place } = kept;
  if (defect !== null) throw new RunError({ why: "output-damaged", step, output, defect });
  const there = existsSync(target) && (await readdir(target).catch(() => [target])).length > 0;
  if (there) throw new RunError({ why: "place-taken", place: target });
  await mkdir(path.dirname(target), { recursive: true });
  await cp(place, target, { recursive: true });
  for await (const { path: copied, stats } of walk(target))
    if (!stats.isSymbolicLink()) await chmod(copied, (stats.mode & 0o7777) | 0o200);
}

// What people open; a model's weights are none of it.
const LOOKED_AT: ReadonlySet<string> = new Set(
  [".svg", ".png", ".jpg", ".jpeg", ".pdf", ".gif"].concat([".html", ".csv", ".tsv", ".md", ".txt"]),
);
const MOST_NAMED = 3;

/** Paths of the first figures and tables in what a step of a recipe's own gave: a dataset's pictures are none. */
export async function filesToLookAt(
  store: Store,
  { outputs }: Pick<StepOutcome, "outputs">,
): Promise<string[]> {
  const found: string[] = [];
  for (const { type, digest, uri } of Object.values(outputs)) {
    if (type !== "path") continue;
    const place = await store.artifacts.get({ uri, type });
    for (const { path: file } of await store.artifacts.files(digest))
      if (LOOKED_AT.has(path.extname(file).toLowerCase())) found.push(path.join(place, file));
  }
  return found.slice(0, MOST_NAMED);
}
