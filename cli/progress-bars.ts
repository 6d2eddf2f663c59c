import cliProgress, { type MultiBar, type SingleBar } from "cli-progress";
import { describe } from "./progress-text.ts";
import type { StepFollower } from "../runs/step-files.ts";

/** One way to show a run. */
export interface Shown {
  render: () => void;
  stop: () => void;
}

// Lines of a terminal that are not for bars.
const KEPT_ROWS = 2;

/**
 * A bar for each step. Where a terminal has too few lines: a bar for each step that runs, one for the whole, and a line
 * that stays for each step that has ended.
 */
export function bars(steps: readonly StepFollower[], stream: NodeJS.WriteStream): Shown {
  const width = Math.max(...steps.map(({ id }) => id.length));
  const multi = new cliProgress.MultiBar({
    stream,
    format: "{id} {bar} {text}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    hideCursor: true,
    emptyOnZero: true,
    forceRedraw: true,
    // Frames come from our own timer.
    fps: 10,
    linewrap: false,
  });
  const add = (id: string) => multi.create(1, 0, { id: id.padEnd(width), text: "" });
  const most = Math.max(1, stream.rows - KEPT_ROWS);
  return steps.length <= most ? showAll(steps, add, multi) : showRunning(steps, add, multi, most);
}

type Add = (id: string) => SingleBar;

const isFinished = ({ state: { outcome } }: StepFollower): boolean =>
  outcome?.status === "done" || outcome?.status === "reused";

function update(bar: SingleBar, step: StepFollower): void {
  const total = Math.max(1, step.state.progress?.total ?? 1);
  bar.setTotal(total);
  bar.update(isFinished(step) ? total : (step.state.progress?.done ?? 0), { text: describe(step) });
}

function showAll(steps: readonly StepFollower[], add: Add, multi: MultiBar): Shown {
  const made = steps.map((step) => ({ step, bar: add(step.id) }));
  const render = () => {
    for (const { step, bar } of made) update(bar, step);
  };
  return { render, stop: () => multi.stop() };
}

function showRunning(steps: readonly StepFollower[], add: Add, multi: MultiBar, most: number): Shown {
  const whole = add("all steps");
  const shown = new Map<StepFollower, SingleBar>();
  const open = new Set(steps);
  const render = () => {
    for (const step of open) {
      const bar = shown.get(step);
      if (step.state.outcome !== null) {
        open.delete(step);
        shown.delete(step);
        multi.log(`${step.id}: ${describe(step)}\n`);
        if (bar !== undefined) multi.remove(bar);
      } else if (bar !== undefined) update(bar, step);
      else if (step.hasBegun && shown.size < most - 1) shown.set(step, add(step.id));
    }
    whole.setTotal(steps.length);
    whole.update(steps.length - open.size, { text: `${steps.length - open.size}/${steps.length}` });
  };
  const stop = () => {
    // Only a removal writes lines that are still kept back.
    multi.remove(add(""));
    multi.stop();
  };
  return { render, stop };
}
