import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { eventsIn, EventTail } from "../../data/events/event-tail.ts";
import { EventFile } from "../../steps/event-file.ts";
import { temporaryFolder } from "../support/folders.ts";

let file = "";
beforeEach(() => {
  file = path.join(temporaryFolder(), "events.jsonl");
});

const metrics = (value: string) => `{"event":"metrics","time":1,"step":1,"values":{"accuracy":${value}}}`;

describe("what is no event file", () => {
  const made: [string, () => void][] = [
    ["a folder", () => mkdirSync(file)],
    ["a pipe", () => execFileSync("mkfifo", [file])],
  ];
  test.each(made)(
    "%s in its place is told, holds nothing, and goes when the next attempt begins",
    async (_, make) => {
      const before = await EventFile.open(file);
      rmSync(file);
      make();
      expect((await new EventTail(file).rest()).faults[0]!.text).toContain("it is no file any more");
      expect(await eventsIn(file)).toEqual([]);
      await expect(before.write({ event: "message", text: "a" })).rejects.toThrow("no file any more");
      await before.hide(["secret"]);
      await (await EventFile.open(file)).write({ event: "message", text: "b" });
      expect(await eventsIn(file)).toMatchObject([{ text: "b" }]);
    },
  );
});

describe("Reprise's own events", () => {
  const checkpoint = { event: "checkpoint", step: 1, directory: "c" } as const;

  test("wait for the end of a program's line, and are not lost", async () => {
    const events = await EventFile.open(file);
    appendFileSync(file, metrics("0.5").slice(0, 20));
    await events.write(checkpoint);
    appendFileSync(file, `${metrics("0.5").slice(20)}\n`);
    await Promise.all([events.write({ event: "message", text: "a" }), events.flush()]);
    expect((await eventsIn(file)).map(({ event }) => event)).toEqual(["metrics", "checkpoint", "message"]);
  });

  test("end a line that nobody will end any more", async () => {
    const events = await EventFile.open(file);
    appendFileSync(file, metrics("0.97"));
    await events.write(checkpoint);
    expect(readFileSync(file, "utf8")).toBe(metrics("0.97"));
    await events.settle();
    await events.settle();
    expect((await eventsIn(file)).map(({ event }) => event)).toEqual(["metrics", "checkpoint"]);
  });

  test("are written once each, with their time in seconds, to a file that need not be there", async () => {
    const events = await EventFile.open(file);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, "utf8")).toBe("");
    const before = Date.now() / 1000;
    await events.write(checkpoint);
    await Promise.all([events.flush(), events.settle()]);
    const [event, ...more] = await eventsIn(file);
    expect(more).toEqual([]);
    expect(event).toMatchObject(checkpoint);
    expect(event!.time).toBeGreaterThanOrEqual(before);
    expect(event!.time).toBeLessThanOrEqual(Date.now() / 1000);
    expect(readFileSync(file, "utf8")).toMatch(/^\{.*\}\n$/);
  });

  test("secrets are hidden where there is a file, and nothing is made where there is none", async () => {
    const events = await EventFile.open(file);
    await events.write({ event: "message", text: "a password" });
    await events.hide(["password"]);
    expect(await eventsIn(file)).toMatchObject([{ text: "a [secret]" }]);
    rmSync(file);
    await events.hide(["password"]);
    expect(existsSync(file)).toBe(false);
  });

  test("a file that cannot be written to does not keep later events from being written", async () => {
    const events = await EventFile.open(file);
    rmSync(file);
    mkdirSync(file);
    await expect(events.write(checkpoint)).rejects.toThrow(`'${file}' is no file any more`);
    rmSync(file, { recursive: true });
    await events.write({ event: "message", text: "b" });
    expect((await eventsIn(file)).map(({ event }) => event)).toEqual(["checkpoint", "message"]);
  });
});

describe("what an event file says of one fingerprint", () => {
  const attempt = (number: number, fingerprint: string) =>
    `{"event":"attempt","time":1,"number":${number},"worker":"w","fingerprint":"${fingerprint.repeat(64)}"}`;
  const message = (text: string) => `{"event":"message","time":1,"text":"${text}"}`;
  const readOf = async (fingerprint: string, ...lines: string[]) => {
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    const { events, faults } = await (await EventFile.open(file)).readOf(fingerprint.repeat(64));
    return [events.map(({ line }) => line), faults.map(({ line }) => line)];
  };

  test("is all since its first attempt, over later ones", async () => {
    const lines = [
      message("early"),
      "null",
      attempt(1, "a"),
      message("x"),
      "null",
      attempt(2, "a"),
      message("y"),
    ];
    expect(await readOf("a", ...lines)).toEqual([[3, 4, 6, 7], [5]]);
  });

  test("is nothing that an earlier plan of the run made", async () => {
    const lines = [attempt(1, "a"), message("x"), "null", attempt(2, "b"), message("y"), "null"];
    expect(await readOf("b", ...lines)).toEqual([[4, 5], [6]]);
    expect(await readOf("a", ...lines)).toEqual([[], []]);
    expect(await readOf("a", ...lines, attempt(3, "a"), message("z"))).toEqual([[7, 8], []]);
  });

  test("is nothing before an attempt", async () => {
    expect(await readOf("a", message("x"), "null")).toEqual([[], []]);
  });
});
