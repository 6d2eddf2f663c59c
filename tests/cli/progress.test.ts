import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { bars } from "../../cli/progress-bars.ts";
import { RunFollower } from "../../runs/step-files.ts";
import type { Plan } from "../../schemas/plan.ts";
import { outcome } from "../support/claims.ts";
import { temporaryFolder } from "../support/folders.ts";
import { openStore } from "../../store/store.ts";

/** What a terminal of some rows was given, without its control codes. */
function terminal(rows: number) {
  const stream = Object.assign(new PassThrough(), { isTTY: true, rows, columns: 100 });
  let text = "";
  stream.on("data", (bytes: Buffer) => (text += bytes.toString("utf8")));
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    // eslint-disable-next-line no-control-regex
    lines: () => text.replace(/\u001b\[[?0-9]*[A-Za-z]/g, "\n").split(/[\r\n]+/),
  };
}

function runOf(count: number) {
  const root = temporaryFolder();
  const place = (id: string) => path.join(root, "runs", "r", id);
  const steps = Array.from({ length: count }, (_, index) => ({ id: `step${index}` }));
  return {
    follower: new RunFollower(openStore(root), "r", { steps } as Plan),
    progress: (id: string, done: number) => {
      mkdirSync(place(id), { recursive: true });
      const event = { event: "progress", done, total: 8, unit: "step", time: done };
      appendFileSync(path.join(place(id), "events.jsonl"), `${JSON.stringify(event)}\n`);
    },
    say: (id: string, step: number, values: Record<string, number>) => {
      mkdirSync(place(id), { recursive: true });
      const event = { event: "metrics", step, values, time: step };
      appendFileSync(path.join(place(id), "events.jsonl"), `${JSON.stringify(event)}\n`);
    },
    end: (id: string) => {
      const times = { started: "2026-01-01T00:00:00Z", ended: "2026-01-01T00:00:05Z" };
      const ended = { ...outcome(id, {})[1], ...times };
      writeFileSync(path.join(place(id), "outcome.json"), JSON.stringify(ended));
    },
  };
}

test("each step has a bar where the terminal has room", async () => {
  const { follower, progress } = runOf(3);
  const { stream, lines } = terminal(24);
  const view = bars(follower.steps, stream);
  progress("step1", 4);
  await follower.update();
  view.render();
  view.stop();
  const shown = lines();
  expect(shown.some((line) => /^step0 .*waiting$/.test(line))).toBe(true);
  expect(shown.some((line) => /^step1 █{12}░{12} 4\/8 steps/.test(line))).toBe(true);
});

test("in a small terminal only what runs has a bar, and what has ended a line", async () => {
  const { follower, progress, end } = runOf(40);
  const { stream, lines } = terminal(10);
  const view = bars(follower.steps, stream);
  for (let step = 0; step < 12; step++) progress(`step${step}`, 2);
  await follower.update();
  view.render();
  end("step0");
  await follower.update();
  view.render();
  view.stop();
  const shown = lines();
  expect(shown).toContain("step0: done  in 5s");
  expect(shown.some((line) => /^all steps .* 1\/40$/.test(line))).toBe(true);
  expect(new Set(shown.flatMap((line) => /^(step\d+) +[█░]/.exec(line)?.[1] ?? [])).size).toBeLessThan(10);
  expect(shown.some((line) => line.endsWith("waiting") && !line.startsWith("all steps"))).toBe(false);
});

test("a program without progress shows how its numbers move", async () => {
  const { follower, say } = runOf(1);
  const { stream, lines } = terminal(24);
  const view = bars(follower.steps, stream);
  say("step0", 1, { loss: 4 });
  say("step0", 2, { loss: 0.5 });
  await follower.update();
  view.render();
  view.stop();
  expect(lines().some((line) => line.endsWith("running  loss 4.000 → 0.500"))).toBe(true);
});
