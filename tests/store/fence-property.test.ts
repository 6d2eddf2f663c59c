import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { temporaryFolder } from "../support/folders.ts";

const base = temporaryFolder();
const PATIENCE = { timeout: 60_000, interval: 50 };
let count = 0;

/** The program of an attempt: says whether another one is at work, and leaves a mark while it is. */
const PROGRAM = `
const fs = require("node:fs");
const [place] = process.argv.slice(1);
const alive = (pid) => { try { return !fs.readFileSync("/proc/" + pid + "/stat", "latin1").includes(") Z "); } catch { return false; } };
const others = fs.readdirSync(place + "/inside").map(Number).filter((pid) => pid !== process.pid && alive(pid));
fs.writeFileSync(place + "/inside/" + process.pid, "");
fs.appendFileSync(place + "/said.txt", (others.length > 0 ? "two at once: " + others + " and " + process.pid : "in") + "\\n");
setTimeout(() => {}, 40);
`;

/**
 * A worker that tries again and again. Now and then it looks dead from here on, as one whose beat was not seen for too long:
 * its successor comes while it still works, or reads its results as a step does that is published.
 */
const CONTENDER = `
const { Fence } = await import(${JSON.stringify(path.join(packageRoot, "dist/store/fence.js"))});
const { runChild } = await import(${JSON.stringify(path.join(packageRoot, "dist/programs/run-child.js"))});
const fs = await import("node:fs");
const [place] = process.argv.slice(2);
const lookDead = () => {
  const turns = fs.readdirSync(place + "/step").flatMap((name) => /^owner-([0-9]+)[.]json$/.exec(name)?.[1] ?? []);
  const file = place + "/step/owner-" + Math.max(...turns.map(Number)) + ".json";
  const owner = JSON.parse(fs.readFileSync(file, "utf8"));
  if (owner.worker.pid !== process.pid) return;
  fs.writeFileSync(file + "." + process.pid, JSON.stringify({ ...owner, worker: { ...owner.worker, started: "0" } }));
  fs.renameSync(file + "." + process.pid, file);
};
for (;;) {
  const fence = await Fence.take(place + "/step").catch(() => null);
  if (fence === null) { await new Promise((next) => setTimeout(next, 5)); continue; }
  await runChild({
    command: process.execPath,
    args: ["-e", ${JSON.stringify(PROGRAM)}, place],
    environment: process.env,
    mark: fence.mark,
    log: place + "/log.txt",
    signal: new AbortController().signal,
    grace: () => 100,
    starting: () => fence.check(),
    started: async (pid) => {
      await fence.noteChild(pid);
      if (Math.random() < 0.3) lookDead();
    },
  }).catch(() => {});
  if (Math.random() < 0.3) await new Promise((next) => setTimeout(next, 30));
  await (Math.random() < 0.5 ? fence.clear() : fence.release());
  fs.mkdirSync(place + "/step", { recursive: true });
}
`;

test(
  "whoever is killed, stopped or taken over when, two programs never work at once",
  { timeout: 400_000 },
  async () => {
    const strikes = fc.array(
      fc.record({
        who: fc.nat({ max: 3 }),
        how: fc.constantFrom<NodeJS.Signals>("SIGKILL", "SIGKILL", "SIGSTOP"),
        after: fc.integer({ min: 5, max: 120 }),
      }),
      { minLength: 8, maxLength: 16 },
    );
    await fc.assert(
      fc.asyncProperty(strikes, async (plan) => {
        const place = path.join(base, String(count++));
        for (const name of ["step", "inside"]) mkdirSync(path.join(place, name), { recursive: true });
        const start = () =>
          spawn(process.execPath, ["--input-type=module", "-e", CONTENDER, "-", place], {
            stdio: ["ignore", "inherit", "inherit"],
          });
        const contenders = Array.from({ length: 4 }, start);
        await sleep(400);
        for (const { who, how, after } of plan) {
          await sleep(after);
          contenders[who]!.kill(how);
          if (how === "SIGSTOP") {
            await sleep(60);
            contenders[who]!.kill("SIGCONT");
          } else contenders[who] = start();
        }
        const said = () => readFile(path.join(place, "said.txt"), "utf8").then((text) => text.split("\n"));
        // However slow the machine: the row has to move on.
        await expect
          .poll(async () => (await said()).filter((line) => line === "in").length, PATIENCE)
          .toBeGreaterThan(3);
        for (const contender of contenders) contender.kill("SIGKILL");
        await sleep(50);
        for (const pid of readdirSync(path.join(place, "inside"))) {
          if (existsSync(`/proc/${pid}`)) process.kill(-Number(pid), "SIGKILL");
        }
        expect((await said()).filter((line) => line.startsWith("two at once"))).toEqual([]);
      }),
      // A run takes seconds, and no two are alike: a smaller example would say nothing.
      { numRuns: 6, endOnFailure: true },
    );
  },
);
