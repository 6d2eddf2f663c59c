import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { ChildProcess } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { Crew } from "../../../activities/frames-extract/crew.ts";
import { temporaryFolder } from "../../support/folders.ts";

/**
 * Stands in for the cutter: takes as many milliseconds as the video's name says, and answers with its process's number. At a
 * file it counts the process, and ends it by the signal that the name says until so many have been there.
 */
const CUTTER = `#!${process.execPath}
import { appendFileSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  const { look } = JSON.parse(line);
  const [, file, signal, times] = /^(.*)#(SIG[A-Z]+)#([0-9]+)$/.exec(look) ?? [];
  if (file !== undefined) {
    appendFileSync(file, ".");
    if (statSync(file).size <= Number(times)) process.kill(process.pid, signal);
  }
  await sleep(file === undefined ? Number(look) : 1);
  console.log(JSON.stringify({ refused: String(process.pid) }));
}
`;

function crewOf(size: number, signal = new AbortController().signal): Crew {
  const folder = temporaryFolder();
  const python = path.join(folder, "cutter.mjs");
  writeFileSync(python, CUTTER);
  chmodSync(python, 0o755);
  return new Crew(size, {
    python,
    wish: { frames: 8, rule: "linspace-round", size: "28x28", memory_bytes: 1e9 },
    environment: process.env,
    log: path.join(folder, "log.txt"),
    silence: null,
    signal,
  });
}

const look = (video: string) => ({ look: video });

test("a process that was begun answers the first question, and ends without one", async () => {
  const crew = crewOf(1);
  crew.begin();
  const answers: string[] = [];
  await crew.onEach(["10", "20"], look, async (_, answer) => {
    if ("refused" in answer) answers.push(answer.refused);
  });
  await crew.end();
  expect([answers.length, new Set(answers).size]).toEqual([2, 1]);
  const idle = crewOf(2);
  idle.begin();
  await idle.end();
});

test("few videos are spread over all processes, and none waits behind a long one", async () => {
  const crew = crewOf(2);
  const by = new Map<string, string>();
  await crew.onEach(["3000", "10", "20", "30"], look, async (video, answer) => {
    if ("refused" in answer) by.set(video, answer.refused);
  });
  await crew.end();
  const [long, ...short] = ["3000", "10", "20", "30"].map((video) => by.get(video));
  expect(new Set(short).size).toBe(1);
  expect(short).not.toContain(long);
});

test("a process that the kernel does not let go is not waited for when the step is cancelled", async () => {
  const cancel = new AbortController();
  const crew = crewOf(1, cancel.signal);
  // No signal arrives, as with a process that reads from a disk which is gone.
  const kill = vi.spyOn(ChildProcess.prototype, "kill").mockReturnValue(true);
  const work = crew.onEach(["60000"], look, async () => {});
  setTimeout(() => cancel.abort(new Error("cancelled")), 500);
  await expect(work).rejects.toThrow("cancelled");
  await crew.end();
  const child = kill.mock.contexts[0] as ChildProcess;
  kill.mockRestore();
  expect(child.kill("SIGKILL")).toBe(true);
}, 20_000);

test("what cannot be put away ends the crew", async () => {
  const crew = crewOf(2);
  const taken: string[] = [];
  const work = crew.onEach(["10", "20", "30", "40", "60000"], look, async (video) => {
    taken.push(video);
    if (video === "10") throw new Error("the disk is full");
  });
  await expect(work).rejects.toThrow("the disk is full");
  expect(taken).not.toContain("60000");
  await crew.end();
});

test("the next clips are cut while others are put away, and all are when it ends", async () => {
  const crew = crewOf(1);
  let [begin, away] = [() => {}, 0];
  const third = new Promise<void>((resolve) => (begin = resolve));
  await crew.onEach(["1", "2", "3"], look, async (video) => {
    if (video === "3") begin();
    await third;
    await sleep(50);
    away += 1;
  });
  expect(away).toBe(3);
  await crew.end();
});

test("what is being put away when another fails is waited for", async () => {
  const crew = crewOf(2);
  let [begin, away] = [() => {}, false];
  const first = new Promise<void>((resolve) => (begin = resolve));
  const work = crew.onEach(["1", "2", "60000", "60000"], look, async (video) => {
    if (video === "2") {
      await first;
      throw new Error("the disk is full");
    }
    begin();
    await sleep(500);
    away = true;
  });
  await expect(work).rejects.toThrow("the disk is full");
  expect(away).toBe(true);
  await crew.end();
});

describe("a clip on which the process is ended by SIGKILL", () => {
  const tries = (place: string) => readFileSync(place, "utf8").length;

  test("once costs nothing", async () => {
    const [crew, place] = [crewOf(1), path.join(temporaryFolder(), "tries")];
    const taken: string[] = [];
    const videos = ["1", `${place}#SIGKILL#1`, "2"];
    await crew.onEach(videos, look, async (video, answer) => {
      if ("refused" in answer) taken.push(video);
    });
    await crew.end();
    expect(taken).toEqual(videos);
    expect(tries(place)).toBe(2);
  });

  test("twice fails the step with its name, as a program that failed", async () => {
    const [crew, place] = [crewOf(2), path.join(temporaryFolder(), "tries")];
    const video = `${place}#SIGKILL#9`;
    const work = crew.onEach(["1", video, "2"], look, async () => {});
    await expect(work).rejects.toMatchObject({
      code: "exit",
      message: expect.stringMatching(/ended twice \(SIGKILL\) at '.*tries#.*'.*memory/) as string,
    });
    expect(tries(place)).toBe(2);
    await crew.end();
  });
});
