import cliProgress, { type MultiBar, type SingleBar } from "cli-progress";
import prettyMilliseconds from "pretty-ms";
import type { Plan } from "../schemas/plan.ts";
import { mainNumber } from "./main-number.ts";
import { StepFollower, type StepState } from "./step-files.ts";

const INTERVAL_MS = 250;
// A pipe gets a line per step this often at most.
const PLAIN_LINE_MS = 15_000;

export interface ProgressView {
  /** Shows the last state and lets go of the terminal. */
  close: () => Promise<void>;
}

/** Follows a run's files: one line per step with bar, main number and time left; plain lines through a pipe. */
export function showProgress(
  root: string,
  run: string,
  plan: Plan,
  stream: NodeJS.WriteStream,
): ProgressView {
  const followers = plan.steps.map(({ id }) => new StepFollower(root, run, id));
  const show = stream.isTTY ? bars(followers, stream) : plainLines(followers, stream);
  let busy = Promise.resolve();
  const refresh = () => {
    busy = busy.then(async () => {
      await Promise.all(followers.map((follower) => follower.update()));
      show.render();
    });
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

interface Shown {
  render: () => void;
  stop: () => void;
}

const duration = (seconds: number): string =>
  prettyMilliseconds(Math.max(0, seconds) * 1000, { secondsDecimalDigits: 0 });

function secondsOf({ outcome }: StepState): number | null {
  if (outcome?.started == null || outcome.ended == null) return null;
  return (Date.parse(outcome.ended) - Date.parse(outcome.started)) / 1000;
}

function describe(state: StepState): string {
  const { outcome, progress, secondsLeft } = state;
  if (outcome !== null) {
    const took = secondsOf(state);
    return [outcome.status, took === null ? "" : `in ${duration(took)}`, mainNumber(outcome.metrics)]
      .filter(Boolean)
      .join("  ");
  }
  if (progress === null) return state.message ?? "waiting";
  const left = secondsLeft === null ? "" : `${duration(secondsLeft)} left`;
  return [`${progress.done}/${progress.total} ${progress.unit}s`, mainNumber(state.metrics), left]
    .filter(Boolean)
    .join("  ");
}

function bars(followers: StepFollower[], stream: NodeJS.WriteStream): Shown {
  const width = Math.max(...followers.map(({ id }) => id.length));
  const multi: MultiBar = new cliProgress.MultiBar({
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
  const made: SingleBar[] = followers.map(({ id }) =>
    multi.create(1, 0, { id: id.padEnd(width), text: "waiting" }),
  );
  return {
    render: () => {
      for (const [index, { state }] of followers.entries()) {
        const finished = state.outcome?.status === "done" || state.outcome?.status === "reused";
        const total = state.progress?.total ?? 1;
        made[index]!.setTotal(Math.max(1, total));
        made[index]!.update(finished ? Math.max(1, total) : (state.progress?.done ?? 0), {
          text: describe(state),
        });
      }
    },
    stop: () => multi.stop(),
  };
}

function plainLines(followers: StepFollower[], stream: NodeJS.WriteStream): Shown {
  const told = new Map<string, { text: string; at: number; finished: boolean }>();
  return {
    render: () => {
      for (const { id, state } of followers) {
        const text = describe(state);
        const before = told.get(id);
        const finished = state.outcome !== null;
        if (text === "waiting" || before?.finished === true || before?.text === text) continue;
        if (!finished && before !== undefined && Date.now() - before.at < PLAIN_LINE_MS) continue;
        told.set(id, { text, at: Date.now(), finished });
        stream.write(`${id}: ${text}\n`);
      }
    },
    stop: () => {},
  };
}
