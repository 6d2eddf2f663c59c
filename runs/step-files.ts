import { readdir } from "node:fs/promises";
import { kindsOf } from "../activities/index.ts";
import type { KindDefinition } from "../core/kind.ts";
import type { TrainerEvent } from "../schemas/generated/trainer-event.ts";
import type { Plan, StepOutcome } from "../schemas/plan.ts";
import { EventTail } from "../data/events/event-tail.ts";
import type { Store } from "../store/store.ts";
import { filesToLookAt } from "./outputs.ts";

/** A step as its files tell: what a view shows, in this terminal or another one. */
export interface StepState {
  outcome: StepOutcome | null;
  progress: { done: number; total: number; unit: string } | null;
  secondsLeft: number | null;
  metrics: Record<string, number>;
  /** Each metric's first value, of the attempt at work. */
  first: Record<string, number>;
  /** Paths of files that people look at, in the outputs of a step that has ended. */
  files: string[];
  message: string | null;
  /** Messages with their times (s), oldest first. */
  said: { text: string; time: number }[];
}

/** Follows a run's steps through their files; looks only at those that have begun and have not ended. */
export class RunFollower {
  readonly steps: readonly StepFollower[];
  readonly #folder: string;
  readonly #open: Set<StepFollower>;

  constructor(store: Store, run: string, plan: Plan) {
    this.#folder = store.runs.files(run).folder;
    const kinds = kindsOf(plan);
    this.steps = plan.steps.map(({ id, kind }) => new StepFollower(store, run, id, kinds.find(kind)));
    this.#open = new Set(this.steps);
  }

  async update(): Promise<void> {
    const begun = new Set(await readdir(this.#folder).catch(() => []));
    const looked = [...this.#open].filter(({ id }) => begun.has(id));
    await Promise.all(looked.map((step) => step.update()));
    for (const step of looked) if (step.state.outcome !== null) this.#open.delete(step);
  }
}

/** Follows one step of a run through its event file and its outcome; each call reads only what is new. */
export class StepFollower {
  readonly id: string;
  /** Undefined for one of another version. */
  readonly kind: KindDefinition | undefined;
  readonly state: StepState = {
    outcome: null,
    progress: null,
    secondsLeft: null,
    metrics: {},
    first: {},
    files: [],
    message: null,
    said: [],
  };
  readonly #store: Store;
  readonly #run: string;
  readonly #tail: EventTail;
  #first: { time: number; done: number } | null = null;

  constructor(store: Store, run: string, id: string, kind: KindDefinition | undefined) {
    this.id = id;
    this.kind = kind;
    this.#store = store;
    this.#run = run;
    this.#tail = new EventTail(store.runs.step(run, id).events);
  }

  /** Whether an attempt has written anything. */
  get hasBegun(): boolean {
    return this.#tail.hasBegun;
  }

  /** A line that cannot be read is not shown: the step itself says what is wrong with it. */
  async update(): Promise<void> {
    for (const { row } of (await this.#tail.read()).events) this.#take(row);
    this.state.outcome = (await this.#store.runs.loadOutcome(this.#run, this.id)) ?? null;
    if (this.state.outcome !== null) this.state.files = await filesToLookAt(this.#store, this.state.outcome);
  }

  #take(event: TrainerEvent): void {
    if (event.event === "message") {
      this.state.message = event.text;
      this.state.said.push({ text: event.text, time: event.time });
    }
    if (event.event === "attempt") this.state.first = {};
    if (event.event === "metrics") {
      this.state.first = { ...event.values, ...this.state.first };
      Object.assign(this.state.metrics, event.values);
    }
    if (event.event !== "progress") return;
    const { done, total, unit, time } = event;
    // A new attempt starts its own clock.
    if (this.#first === null || done < (this.state.progress?.done ?? 0)) this.#first = { time, done };
    this.state.progress = { done, total, unit };
    const perUnit = (time - this.#first.time) / Math.max(1, done - this.#first.done);
    this.state.secondsLeft = done > this.#first.done ? (total - done) * perUnit : null;
  }
}
