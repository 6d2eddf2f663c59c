import TinyQueue from "tinyqueue";
import type { PlanStep, Resources, StepResult } from "../schemas/plan.ts";

// The server keeps at most 2,000 open activities of a workflow; a worker takes 100 at a time.
const MOST_RUNNING = 200;

const succeeded = ({ status }: StepResult): boolean => status === "done" || status === "reused";

/** Steps that could start and take the same of the machine: where the first does not fit, none does. */
interface Shape {
  wants: Resources;
  /** Places in the plan, the first on top. */
  ready: TinyQueue<number>;
}

/**
 * Which steps of a plan can run when. Pure: it is told what starts and what ends. A step's cost does not grow with the
 * plan, but with the shapes of steps in it, so that plans may have tens of thousands.
 */
export class Schedule {
  readonly #steps: readonly PlanStep[];
  readonly #capacity: Resources;
  readonly #places: ReadonlyMap<string, number>;
  /** Places of the steps that wait for each step. */
  readonly #followers: readonly number[][];
  /** How many steps each one still waits for. */
  readonly #missing: number[];
  /** Steps that could start, by what they take. Some may have got their result otherwise meanwhile. */
  readonly #shapes = new Map<string, Shape>();
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
    for (const [place, { after }] of steps.entries()) if (after.length === 0) this.#makeReady(place);
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
    while (this.#running.size < MOST_RUNNING) {
      const next = this.#firstThatFits();
      if (next === undefined) break;
      const step = this.#steps[next.ready.pop()!]!;
      this.#free = add(this.#free, next.wants, -1);
      this.#running.add(step.id);
      taken.push(step);
    }
    return taken;
  }

  #firstThatFits(): Shape | undefined {
    let first: Shape | undefined;
    for (const [name, shape] of this.#shapes) {
      this.#dropEnded(shape);
      const place = shape.ready.peek();
      if (place === undefined) this.#shapes.delete(name);
      else if (fits(shape.wants, this.#free) && (first === undefined || place < first.ready.peek()!))
        first = shape;
    }
    return first;
  }

  #dropEnded({ ready }: Shape): void {
    for (let place = ready.peek(); place !== undefined; place = ready.peek()) {
      if (!this.#results.has(this.#steps[place]!.id)) return;
      ready.pop();
    }
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
    const wants = clamp(this.#steps[place]!.resources, this.#capacity);
    const name = `${wants.cpu} ${wants.gpu} ${wants.memoryGb}`;
    const shape = this.#shapes.get(name);
    if (shape === undefined) this.#shapes.set(name, { wants, ready: new TinyQueue([place]) });
    else shape.ready.push(place);
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

const add = (to: Resources, what: Resources, sign: 1 | -1): Resources => ({
  cpu: to.cpu + sign * what.cpu,
  gpu: to.gpu + sign * what.gpu,
  memoryGb: to.memoryGb + sign * what.memoryGb,
});

// Sums of fractions are not exact.
const SLACK = 1e-9;

const fits = (wants: Resources, free: Resources): boolean =>
  wants.cpu <= free.cpu && wants.gpu <= free.gpu && wants.memoryGb <= free.memoryGb + SLACK;
