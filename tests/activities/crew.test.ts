import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { Crew } from "../../activities/extract/crew.ts";
import { temporaryFolder } from "../support/folders.ts";

/** Stands in for the cutter: takes as many milliseconds as the video's name says, and answers with its process's number. */
const CUTTER = `#!${process.execPath}
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  await sleep(Number(JSON.parse(line).look));
  console.log(JSON.stringify({ refused: String(process.pid) }));
}
`;

function crewOf(size: number): Crew {
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
    signal: new AbortController().signal,
  });
}

const look = (video: string) => ({ look: video });

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
