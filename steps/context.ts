import type { PlanStep } from "../schemas/plan.ts";
import type { Fence } from "../store/fence.ts";
import type { About } from "../store/works.ts";
import type { Allotment } from "./allot-devices.ts";
import type { EventFile } from "./event-file.ts";
import type { Store } from "../store/store.ts";

/** What a kind's code gets: plain paths, a place to work, and a signal to stop. */
export interface StepContext {
  store: Store;
  run: string;
  step: PlanStep;
  threads: number;
  /** Path of each artifact parameter, or an id on the hub. */
  inputs: Record<string, string>;
  /** Environment variables that no program of the step may get. */
  withheld: readonly string[];
  /** Folder that its programs run in; null for the worker's own. */
  folder: string | null;
  /** Where to write each output. */
  outputs: Record<string, string>;
  work: string;
  key: string;
  about: About;
  /** Parameters that may differ between a checkpoint and the run that resumes it. */
  resumable: Record<string, unknown>;
  print: string;
  log: string;
  events: EventFile;
  signal: AbortSignal;
  fence: Fence;
  /** The GPUs that this step has for itself. */
  allotment: Allotment;
  /** Why the result may differ from that of an undisturbed run; the kind adds to it. */
  inexact: string[];
}

/** A kind's own work; gives its metrics. */
export type Perform = (context: StepContext) => Promise<Record<string, number>>;
