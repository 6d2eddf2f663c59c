import type { Plan } from "../schemas/plan.ts";
import { bars, type Shown } from "./progress-bars.ts";
import { describe } from "./progress-text.ts";
import { RunFollower, type StepFollower } from "../runs/step-files.ts";
import type { Store } from "../store/store.ts";

const INTERVAL_MS = 250;
// A pipe gets a line per step this often at most.
const PLAIN_LINE_MS = 15_000;

export interface ProgressView {
  /** Shows the last state and lets go of the terminal. */
  close: () => Promise<void>;
}

/** Follows a run's files: one line per step with bar, main number and time left; plain lines through a pipe. */
export function showProgress(
  store: Store,
  run: string,
  plan: Plan,
  stream: NodeJS.WriteStream,
): ProgressView {
  const follower = new RunFollower(store, run, plan);
  const show = stream.isTTY ? bars(follower.steps, stream) : plainLines(follower.steps, stream);
  let busy = Promise.resolve();
  const refresh = () => {
    // What cannot be shown now is shown later, or not at all: a view ends no run.
    busy = busy
      .then(async () => {
        await follower.update();
        show.render();
      })
      .catch(() => {});
  };
  const timer = setInterval(refresh, INTERVAL_MS);
  return {
    close: async () => {
      clearInterval(timer);
      refresh();
      await busy;
      show.stop();
    },
  };
}

function plainLines(steps: readonly StepFollower[], stream: NodeJS.WriteStream): Shown {
  const told = new Map<string, { text: string; at: number; finished: boolean }>();
  const begun = Date.now() / 1000;
  return {
    render: () => {
      for (const step of steps) {
        const { id, state } = step;
        // What earlier commands told is not told again.
        for (const { text, time } of state.said.splice(0))
          if (time >= begun) stream.write(`${id}: ${text}\n`);
        const text = describe(step);
        const before = told.get(id);
        const finished = state.outcome !== null;
        if (
          text === "waiting" ||
          text === state.message ||
          before?.finished === true ||
          before?.text === text
        )
          continue;
        if (!finished && before !== undefined && Date.now() - before.at < PLAIN_LINE_MS) continue;
        told.set(id, { text, at: Date.now(), finished });
        stream.write(`${id}: ${text}\n`);
      }
    },
    stop: () => {},
  };
}
