import type { PlanStep, Resources, StepResult } from "../schemas/plan.ts";

// The server keeps at most 2,000 open activities of a workflow; a worker takes 100 at a time.
const MOST_RUNNING = 200;

const succeeded = ({ status }: StepResult): boolean => status === "done" || status === "reused";

/**
 * Which steps of a plan can run when. Pure: it is told what starts and what ends. A step's cost does not grow with the
 * plan, so that plans may have thousands.
 */
export class Schedule {
  readonly #steps: readonly PlanStep[];
  readonly #capacity: Resources;
  readonly #places: ReadonlyMap<string, number>;
  /** Places of the steps that wait for each step. */
  readonly #followers: readonly number[][];
  /** How many steps each one still waits for. */
  readonly #missing: number[];
  /** Places of steps that could start, in the plan's order. */
  #ready: number[] = [];
  readonly #running = new Set<string>();
  readonly #results = new Map<string, StepResult>();
  #free: Resources;

  constructor(
    steps: readonly PlanStep[],
    capacity: Resources,
    finished: Iterable<readonly [string, StepResult]> = [],
  ) {
    this.#steps = steps;
    this.#capacity = capacity;
    this.#free = capacity;
    this.#places = new Map(steps.map(({ id }, place) => [id, place]));
    const followers: number[][] = steps.map(() => []);
    for (const [place, { after }] of steps.entries())
      for (const id of after) followers[this.#places.get(id)!]!.push(place);
    this.#followers = followers;
    this.#missing = steps.map(({ after }) => after.length);
    this.#ready = steps.flatMap(({ after }, place) => (after.length === 0 ? [place] : []));
    for (const [id, result] of finished) this.finish(id, result);
  }

  /** Nothing is left to do. */
  get over(): boolean {
    return this.#results.size === this.#steps.length;
  }

  get running(): ReadonlySet<string> {
    return this.#running;
  }

  result(id: string): StepResult | undefined {
    return this.#results.get(id);
  }

  /**
   * Takes the steps to start now, in the plan's order: all they wait for has succeeded, and they fit beside what runs. A
   * step that asks for more than there is gets all of it, alone.
   */
  take(): PlanStep[] {
    const taken: PlanStep[] = [];
    const left: number[] = [];
    let looked = 0;
    for (; looked < this.#ready.length && this.#running.size < MOST_RUNNING; looked++) {
      const place = this.#ready[looked]!;
      const step = this.#steps[place]!;
      const wants = clamp(step.resources, this.#capacity);
      if (!fits(wants, this.#free)) {
        left.push(place);
        continue;
      }
      this.#free = add(this.#free, wants, -1);
      this.#running.add(step.id);
      taken.push(step);
    }
    this.#ready = left.concat(this.#ready.slice(looked));
    return taken;
  }

  /** A step that was taken did not end: it can be taken again. */
  release(id: string): void {
    const place = this.#places.get(id)!;
    this.#stop(place);
    this.#makeReady(place);
  }

  /** A step has ended. What waits for one that did not succeed can never start: it is skipped, or cancelled with it. */
  finish(id: string, result: StepResult): void {
    const place = this.#places.get(id);
    if (place === undefined || this.#results.has(id)) return;
    if (this.#running.has(id)) this.#stop(place);
    else this.#ready = this.#ready.filter((other) => other !== place);
    this.#results.set(id, result);
    if (!succeeded(result)) return this.#skipFollowers(place, result);
    for (const follower of this.#followers[place]!) {
      this.#missing[follower]! -= 1;
      if (this.#missing[follower] === 0 && !this.#results.has(this.#steps[follower]!.id))
        this.#makeReady(follower);
    }
  }

  /** What later steps and the record need: every result, with outputs only where a step still waits for them. */
  *carried(): Generator<readonly [string, StepResult]> {
    for (const [id, { status, outputs }] of this.#results) {
      const needed = this.#followers[this.#places.get(id)!]!.some(
        (follower) => !this.#results.has(this.#steps[follower]!.id),
      );
      yield [id, { status, outputs: needed ? outputs : {} }];
    }
  }

  #skipFollowers(place: number, { status }: StepResult): void {
    const open = [place];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const follower of this.#followers[next]!) {
        const { id } = this.#steps[follower]!;
        if (this.#results.has(id)) continue;
        this.#results.set(id, { status: status === "cancelled" ? "cancelled" : "skipped", outputs: {} });
        open.push(follower);
      }
    }
  }

  #stop(place: number): void {
    const { id, resources } = this.#steps[place]!;
    this.#running.delete(id);
    this.#free = add(this.#free, clamp(resources, this.#capacity), 1);
  }

  #makeReady(place: number): void {
    let at = this.#ready.length;
    while (at > 0 && this.#ready[at - 1]! > place) at -= 1;
    this.#ready.splice(at, 0, place);
  }
}

/** What a step really gets of the machine. */
function clamp(wants: Resources, capacity: Resources): Resources {
  return {
    cpu: Math.min(wants.cpu, capacity.cpu),
    gpu: Math.min(wants.gpu, capacity.gpu),
    memoryGb: Math.min(wants.memoryGb, capacity.memoryGb),
  };
}

/** CPU threads for a step's program. Where bytes must not depend on the machine, neither may their number. */
export const threadsOf = ({ resources, reproducible }: PlanStep, capacity: Resources): number =>
  Math.max(1, reproducible === "portable" ? resources.cpu : clamp(resources, capacity).cpu);

const add = (to: Resources, what: Resources, sign: 1 | -1): Resources => ({
  cpu: to.cpu + sign * what.cpu,
  gpu: to.gpu + sign * what.gpu,
  memoryGb: to.memoryGb + sign * what.memoryGb,
});

// Sums of fractions are not exact.
const SLACK = 1e-9;

const fits = (wants: Resources, free: Resources): boolean =>
  wants.cpu <= free.cpu && wants.gpu <= free.gpu && wants.memoryGb <= free.memoryGb + SLACK;
