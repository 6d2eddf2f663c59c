import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { parseKeep } from "../../store/collect.ts";
import { withStoreLock } from "../../store/lock.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);
const store = path.join(folder, ".reprise");
const recipe = (clips: number) => `recipe: 1
name: cached
steps:
  walks: { uses: data/synthesize, with: { size: 64, clips: { eval: ${clips} } } }
  frames: { uses: frames/extract, with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 28x28 } }
`;
const cache = (...args: string[]) => reprise(folder, ["cache", ...args]);
const json = async <T>(...args: string[]): Promise<T> =>
  JSON.parse((await cache(...args, "--json")).stdout) as T;
const artifacts = () => readdirSync(path.join(store, "artifacts"));

async function run(clips: number): Promise<RunRecord> {
  writeFileSync(path.join(folder, "cached.yaml"), recipe(clips));
  return JSON.parse((await reprise(folder, ["run", "cached.yaml", "--json"])).stdout) as RunRecord;
}

interface Listed {
  steps: { id: string; kind: string; fingerprint: string; bytes: number; neededBy: string[] }[];
}

let first: RunRecord;
let second: RunRecord;

beforeAll(async () => {
  expect((await cache("ls")).stdout).toBe("The store has no finished step.");
  first = await run(2);
  second = await run(3);
}, 60_000);

describe("cache", () => {
  test("ls lists results with size and the runs that need them", async () => {
    const { steps } = await json<Listed>("ls");
    expect(steps.map(({ id, neededBy }) => [id, neededBy])).toEqual([
      ["frames", [second.run]],
      ["walks", [second.run]],
      ["frames", [first.run]],
      ["walks", [first.run]],
    ]);
    for (const { bytes } of steps) expect(bytes).toBeGreaterThan(1000);
    expect((await cache("ls")).stdout).toMatch(/frames .* frames\/extract .* kB /);
  });

  test("why says what decided a result", async () => {
    const { stdout } = await cache("why", first.steps[0]!.fingerprint!.slice(0, 10));
    expect(stdout).toContain(`walks (data/synthesize), made `);
    expect(stdout).toContain(`needed by: ${first.run}`);
    expect(stdout).toContain('with.clips: {"eval":2,');
    expect((await cache("why", "nothing")).code).toBe(2);
  });

  test("verify reads everything", async () => {
    expect((await cache("verify")).stdout).toBe("4 artifacts, 0 damaged.");
    const file = path.join(store, second.steps[0]!.outputs["dataset"]!.uri, "questions.jsonl");
    const text = readFileSync(file, "utf8");
    const stamp = JSON.parse(
      readFileSync(path.join(path.dirname(path.dirname(file)), "manifest.json"), "utf8"),
    ) as { files: { path: string; mtimeMs: number }[] };
    writeFileSync(file, text.replace("A", "B"));
    // As a broken disk does it: the same size, the same time.
    const { mtimeMs } = stamp.files.find((entry) => entry.path === "questions.jsonl")!;
    utimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
    const ended = await cache("verify");
    expect(ended.stdout).toMatch(
      /artifact [0-9a-f]{64}: .*; it is removed, the step that made it will run again\n4 artifacts, 1 damaged\./,
    );
    expect(ended.code).toBe(1);
    expect((await reprise(folder, ["plan", "cached.yaml"])).stdout).toMatch(
      /walks .* RUN .*the stored dataset is damaged/,
    );
    second = await run(3);
    expect(second.steps.map(({ status }) => status)).toEqual(["done", "reused"]);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("gc removes nothing that a record needs, and says so", async () => {
    const ended = await cache("gc", "--keep", "1kB");
    expect(ended.stdout).toContain("Freed 0 B;");
    expect(ended.stdout).toContain("That is more than the limit: the rest is needed.");
    expect(artifacts()).toHaveLength(4);
  });

  test("rm refuses what a record needs, and lets go of a run", async () => {
    const print = first.steps[1]!.fingerprint!;
    const refused = await cache("rm", print);
    expect(refused.stderr).toContain(`is needed by the record of ${first.run}`);
    expect(refused.code).toBe(1);
    expect((await cache("rm", first.run)).stdout).toBe(`removed run ${first.run}`);
    expect(existsSync(path.join(store, "runs", first.run))).toBe(false);
    expect(artifacts()).toHaveLength(4);
  });

  test("rm refuses a run whose logs another record shows", async () => {
    const maker = second.steps[1]!.log!.split("/")[1]!;
    const refused = await cache("rm", maker);
    expect(refused.stderr).toContain(`'${maker}' is needed by the record of ${second.run}`);
    expect(refused.code).toBe(1);
  });

  test("gc waits for a run that begins", async () => {
    let release = () => {};
    const begun = new Promise<void>((resolve) => (release = resolve));
    const lock = withStoreLock(store, () => begun);
    let over = false;
    const collecting = cache("gc", "--keep", "1kB", "--dry-run").then((ended) => {
      over = true;
      return ended;
    });
    await sleep(1500);
    expect(over).toBe(false);
    release();
    await lock;
    expect((await collecting).code).toBe(0);
  });

  test("gc then removes what is left over: first it says what, then it does it", async () => {
    const dry = await json<{ removed: { what: string; name: string }[]; freed: number }>(
      "gc",
      "--keep",
      "1kB",
      "--dry-run",
    );
    const left = first.steps.map(({ outputs }) => outputs["dataset"]!.digest);
    const names = dry.removed.filter(({ what }) => what === "artifact").map(({ name }) => name);
    expect(names.sort()).toEqual(left.sort());
    expect(dry.freed).toBeGreaterThan(1000);
    expect(artifacts()).toHaveLength(4);
    await cache("gc", "--keep", "1kB");
    expect(artifacts().sort()).toEqual(second.steps.map(({ outputs }) => outputs["dataset"]!.digest).sort());
    expect((await reprise(folder, ["plan", "cached.yaml"])).stdout).toContain("Nothing to do");
    expect((await json<Listed>("ls")).steps).toHaveLength(2);
  });

  test("by age, only what is old goes; and nothing of a run that is not over", async () => {
    expect((await json<{ removed: object[] }>("gc", "--keep", "30d")).removed).toEqual([]);
    // A run that was interrupted: no record, but what it has so far.
    rmSync(path.join(store, "runs", second.run, "record.json"));
    const work = path.join(store, "work", "a".repeat(64));
    mkdirSync(work, { recursive: true });
    writeFileSync(path.join(work, "checkpoint"), "x".repeat(5000));
    expect((await json<{ removed: object[] }>("gc", "--keep", "0kB")).removed).toEqual([]);
    expect((await cache("rm", second.run)).stderr).toContain("belongs to a run that is not over");
    writeFileSync(path.join(store, "runs", second.run, "record.json"), JSON.stringify(second));
    const { removed } = await json<{ removed: { what: string }[] }>("gc", "--keep", "0kB");
    expect(removed.map(({ what }) => what)).toContain("work");
    expect(existsSync(work)).toBe(false);
    expect(artifacts()).toHaveLength(2);
  });

  test.each([
    ["20GB", { bytes: 20e9 }],
    ["1.5 TB", { bytes: 1.5e12 }],
    ["30d", { milliseconds: 30 * 86_400_000 }],
    ["12h", { milliseconds: 12 * 3_600_000 }],
    ["20", null],
    ["many", null],
  ])("--keep %s", (text, keep) => expect(parseKeep(text)).toEqual(keep));

  test("a wrong limit is told", async () => {
    expect(await cache("gc", "--keep", "lots")).toMatchObject({
      code: 2,
      stderr: "'lots' is no limit. Write a size such as 20GB, or an age such as 30d.",
    });
  });
});
