import { readdir } from "node:fs/promises";
import path from "node:path";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import type { RunRequest, StepOutcome } from "../schemas/plan.ts";
import { readJsonIfWhole, writeJson } from "./files.ts";
import { home } from "./home.ts";

/** What a run was started with, beside what the plan says: for the record and for going on. */
export interface StartedRun {
  request: RunRequest;
  started: string;
  commit: string | null;
  /** `path=value` settings of the command line. */
  settings: readonly string[];
  /** Folder that its recipe may name files in; a run of an earlier version does not say. */
  confine?: string | null;
  /** Fingerprints of the results that it found in the store when it began. */
  reuses: string[];
  /** Earlier plans of this run, which was continued with another one. */
  versions: RunRecord["versions"];
  /** Nothing of it runs until it is resumed. */
  paused: boolean;
}

/** A run's id: sorts by time, names the recipe, and says which plan. */
export function newRunId(recipe: string, digest: string, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${recipe}-${stamp}-${digest.slice(0, 6)}`;
}

const fileOf = (root: string, run: string, name: string) => path.join(home.run(root, run), name);

export const runFile = (root: string, run: string): string => fileOf(root, run, "run.json");
export const saveRun = (root: string, started: StartedRun): Promise<void> =>
  writeJson(runFile(root, started.request.run), started);
export const loadRun = (root: string, run: string): Promise<StartedRun | undefined> =>
  readJsonIfWhole<StartedRun>(runFile(root, run), "request");

/** Notes that a run is paused, or is no more. */
export async function setPaused(root: string, run: string, paused: boolean): Promise<void> {
  const started = await loadRun(root, run);
  if (started !== undefined && started.paused !== paused) await saveRun(root, { ...started, paused });
}

export const recordFile = (root: string, run: string): string => fileOf(root, run, "record.json");
export const reportFile = (root: string, run: string): string => fileOf(root, run, "report.html");
export const loadRecord = (root: string, run: string): Promise<RunRecord | undefined> =>
  readJsonIfWhole<RunRecord>(recordFile(root, run), "steps");
export const loadOutcome = (root: string, run: string, step: string): Promise<StepOutcome | undefined> =>
  readJsonIfWhole<StepOutcome>(path.join(home.step(root, run, step), "outcome.json"), "outputs");

/** Ids of a recipe's runs, newest first; from their names alone. */
export async function listRunsOf(root: string, recipe: string): Promise<string[]> {
  const names = await readdir(home.runs(root)).catch(() => []);
  const stamp = /^-[0-9]{8}-[0-9]{6}-[0-9a-f]{6}$/;
  return names
    .filter((name) => name.startsWith(recipe) && stamp.test(name.slice(recipe.length)))
    .sort()
    .toReversed();
}

/** Ids of all runs in a store, newest first. */
export async function listRuns(root: string): Promise<string[]> {
  const names = await readdir(home.runs(root)).catch(() => []);
  const started = await Promise.all(names.map(async (name) => ({ name, run: await loadRun(root, name) })));
  return started
    .flatMap(({ name, run }) => (run === undefined ? [] : [{ name, started: run.started }]))
    .sort((a, b) => (a.started < b.started ? 1 : -1))
    .map(({ name }) => name);
}

/** Ids of runs that are neither over nor paused, newest first. */
export async function openRuns(root: string): Promise<string[]> {
  const open = await Promise.all(
    (await listRuns(root)).map(async (run) => {
      const [started, record] = await Promise.all([loadRun(root, run), loadRecord(root, run)]);
      return record === undefined && started?.paused === false ? [run] : [];
    }),
  );
  return open.flat();
}
