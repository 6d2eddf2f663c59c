import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { makeVideo } from "../support/videos.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);

const recipe = (name: string, clips: number, seed: number): string => {
  const text = `recipe: 1\nname: ${name}\nsteps:\n  walks:\n    uses: data/synthesize\n    with: { seed: ${seed}, size: 64, clips: { eval: ${clips} } }\n  frames:\n    uses: frames/extract\n    with: { dataset: "\${{ steps.walks.outputs.dataset }}", size: 28x28 }\n`;
  writeFileSync(path.join(folder, `${name}.yaml`), text);
  return `${name}.yaml`;
};
const runsOf = (name: string) =>
  readdirSync(path.join(folder, ".reprise", "runs")).filter((run) => run.startsWith(`${name}-`));
const recordOf = (run: string) =>
  JSON.parse(readFileSync(path.join(folder, ".reprise", "runs", run, "record.json"), "utf8")) as RunRecord;

const serverPid = (): number => {
  const file = readFileSync(path.join(folder, ".reprise", "server", "server.json"), "utf8");
  return (JSON.parse(file) as { process: { pid: number } }).process.pid;
};

const serverAddress = (): string =>
  (
    JSON.parse(readFileSync(path.join(folder, ".reprise", "server", "server.json"), "utf8")) as {
      address: string;
    }
  ).address;

/** Waits until a step of a run has made some progress. */
async function underWay(name: string, step: string): Promise<string> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    const [run] = existsSync(path.join(folder, ".reprise", "runs")) ? runsOf(name) : [];
    const events = run === undefined ? "" : path.join(folder, ".reprise", "runs", run, step, "events.jsonl");
    if (events !== "" && existsSync(events) && readFileSync(events, "utf8").includes('"done":3')) return run!;
    await sleep(50);
  }
  throw new Error(`${name}/${step} did not start`);
}

/** Process ids of encoders that work within a folder; of all encoders where the system does not tell. */
async function encodersIn(place: string): Promise<string[]> {
  const { stdout } = await execa("ps", ["-eo", "pid=,args="]);
  const all = stdout.split("\n").filter((line) => line.includes("-m reprise_trainer.films "));
  return all
    .map((line) => line.trim().split(" ")[0]!)
    .filter((pid) => (folderOf(pid) ?? place).startsWith(place));
}

function folderOf(pid: string): string | null {
  if (process.platform !== "linux") return null;
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // It has ended.
    return "";
  }
}

describe("a run", () => {
  test("ends with a record, a report and plain lines; a second one reuses everything without a server", async () => {
    const file = recipe("plain", 6, 0);
    const first = await reprise(folder, ["run", file]);
    expect(first.stdout).toMatch(/^frames: done {2}in .* {2}48 frames$/m);
    expect(first.stdout).toMatch(/^record: \.reprise\/runs\/plain-.*\/record\.json$/m);
    expect(first.stdout).toMatch(/^report: \.reprise\/runs\/plain-.*\/report\.html$/m);
    expect(first.stdout).not.toContain("\u001b[");
    expect(first.code).toBe(0);
    await reprise(folder, ["down"]);
    const second = await reprise(folder, ["run", file, "--json"]);
    const record = JSON.parse(second.stdout) as RunRecord;
    expect(record.steps.map(({ status }) => status)).toEqual(["reused", "reused"]);
    expect(existsSync(path.join(folder, ".reprise", "runs", record.run, record.steps[1]!.events!))).toBe(
      true,
    );
    expect((await reprise(folder, ["down"])).stdout).toBe("No server of this folder was running.");
  });

  test("interrupted by Ctrl-C is kept, and goes on", async () => {
    const file = recipe("interrupted", 150, 1);
    const running = start(folder, ["run", file]);
    const run = await underWay("interrupted", "walks");
    running.kill("SIGINT");
    const ended = await running;
    expect(ended.stdout).toContain("the run is kept");
    expect(ended.exitCode).toBe(130);
    expect(existsSync(path.join(folder, ".reprise", "runs", run, "record.json"))).toBe(false);
    const again = await reprise(folder, ["run", file]);
    expect(again.stdout).toContain(`Going on with run ${run}.`);
    expect(again.code).toBe(0);
    expect(recordOf(run).steps[0]).toMatchObject({ id: "walks", status: "done", attempts: 2 });
  });

  test("cancelled from another terminal exits with 4 and leaves a record and no program", async () => {
    const file = recipe("cancelled", 400, 2);
    const running = start(folder, ["run", file]);
    const run = await underWay("cancelled", "walks");
    expect(await encodersIn(folder)).not.toEqual([]);
    const cancelled = await reprise(folder, ["cancel", run]);
    expect(cancelled).toMatchObject({ code: 0 });
    expect((await running).exitCode).toBe(4);
    expect(recordOf(run)).toMatchObject({
      status: "cancelled",
      steps: [{ status: "cancelled" }, { status: "cancelled" }],
    });
    expect(await encodersIn(folder)).toEqual([]);
  });

  test("whose CLI was killed goes on in a new one", async () => {
    const file = recipe("killed", 150, 3);
    const running = start(folder, ["run", file]);
    const run = await underWay("killed", "walks");
    process.kill(-running.pid!, "SIGKILL");
    await running;
    const again = await reprise(folder, ["run", file]);
    expect(again.stdout).toContain("Taking over from a worker that is gone: walks.");
    expect(again.code).toBe(0);
    expect(recordOf(run).steps.map(({ id, attempts }) => [id, attempts])).toEqual([
      ["walks", 2],
      ["frames", 1],
    ]);
  });

  test("whose CLI and server were killed goes on too", async () => {
    const file = recipe("both", 150, 4);
    const running = start(folder, ["run", file]);
    await underWay("both", "walks");
    const server = serverPid();
    process.kill(-running.pid!, "SIGKILL");
    process.kill(server, "SIGKILL");
    await running;
    const again = await reprise(folder, ["run", file]);
    expect(again.stdout).toContain("Going on with run both-");
    expect(again.code).toBe(0);
  });
});

test("a run whose server is killed starts it again, and loses nothing", { timeout: 120_000 }, async () => {
  // The process that starts it is the one that must bring it back.
  await reprise(folder, ["down"]);
  const file = recipe("serverless", 300, 5);
  const running = start(folder, ["run", file]);
  await underWay("serverless", "walks");
  const [pid, address] = [serverPid(), serverAddress()];
  process.kill(pid, "SIGKILL");
  const ended = await running;
  expect(ended.stderr).toBe("");
  expect(ended.exitCode).toBe(0);
  expect(serverPid()).not.toBe(pid);
  expect(serverAddress()).toBe(address);
  expect(recordOf(runsOf("serverless")[0]!).steps.map(({ attempts }) => attempts)).toEqual([1, 1]);
});

test("two runs with the same step do it once", { timeout: 120_000 }, async () => {
  const [one, two] = [recipe("first", 150, 6), recipe("second", 150, 6)];
  const running = start(folder, ["run", one]);
  await underWay("first", "walks");
  const second = await reprise(folder, ["run", two]);
  expect((await running).exitCode).toBe(0);
  expect(second.code).toBe(0);
  expect(recordOf(runsOf("second")[0]!).steps[0]).toMatchObject({ id: "walks", status: "reused" });
});

test("two like steps of one run do their work once", { timeout: 120_000 }, async () => {
  const step =
    "{ uses: data/synthesize, resources: { cpu: 1 }, with: { seed: 8, size: 64, clips: { eval: 60 } } }";
  writeFileSync(
    path.join(folder, "twins.yaml"),
    `recipe: 1\nname: twins\nsteps:\n  one: ${step}\n  two: ${step}\n`,
  );
  expect((await reprise(folder, ["run", "twins.yaml"])).code).toBe(0);
  const { steps } = recordOf(runsOf("twins")[0]!);
  expect(steps.map(({ status }) => status).sort()).toEqual(["done", "reused"]);
  expect(steps[0]!.outputs).toEqual(steps[1]!.outputs);
});

describe("a step that fails", () => {
  test("names every bad video, fails the run, and leaves a record", async () => {
    const data = path.join(folder, "data");
    mkdirSync(path.join(data, "videos"), { recursive: true });
    await makeVideo(path.join(data, "videos", "good.mp4"));
    await makeVideo(path.join(data, "videos", "short.mp4"), {
      source: "testsrc2=size=64x64:rate=5:duration=1",
    });
    writeFileSync(path.join(data, "videos", "text.mp4"), "no video");
    const question = (video: string) =>
      JSON.stringify({
        ...{ id: video, video: `videos/${video}.mp4`, split: "eval", task: "action", way: "forward" },
        ...{ question: "Which?", options: ["A. sit", "B. stand"], answer: "A", targets: {} },
      });
    writeFileSync(
      path.join(data, "questions.jsonl"),
      ["good", "short", "text", "gone"].map((video) => `${question(video)}\n`).join(""),
    );
    writeFileSync(
      path.join(folder, "bad.yaml"),
      `recipe: 1\nname: bad\ninputs: { d: { type: dataset, path: data } }\nsteps:\n  frames: { uses: frames/extract, with: { dataset: "\${{ inputs.d }}", size: 28x28 } }\n  next: { uses: eval/mcq, with: { model: some/model, dataset: "\${{ steps.frames.outputs.dataset }}", split: eval } }\n`,
    );
    const ended = await reprise(folder, ["run", "bad.yaml"]);
    expect(ended.stdout).toContain("3 of 4 videos cannot be used:");
    expect(ended.stdout).toMatch(/videos\/gone\.mp4: it was not found/);
    expect(ended.stdout).toMatch(/videos\/short\.mp4: it has 5 frames, 8 are needed/);
    expect(ended.stdout).toMatch(/videos\/text\.mp4: it is text, not a video/);
    expect(ended.stdout).not.toContain("videos/good.mp4");
    expect(ended.code).toBe(1);
    const [run] = runsOf("bad");
    expect(recordOf(run!)).toMatchObject({
      status: "failed",
      failure: { step: "frames", code: "data" },
      steps: [{ status: "failed", attempts: 1 }, { status: "skipped" }],
    });
  });

  test("because a tool is missing exits with 5", async () => {
    const ended = await reprise(folder, ["run", recipe("toolless", 1, 9)], { REPRISE_PYTHON: "/none" });
    expect(ended.stdout).toContain(
      "The Python environment of the trainers is missing. Run 'reprise setup', or set REPRISE_PYTHON to its path.",
    );
    expect(ended.code).toBe(5);
  });
});

test("status and logs read files only", async () => {
  await reprise(folder, ["down"]);
  const list = await reprise(folder, ["status", "--json"]);
  const runs = JSON.parse(list.stdout) as { run: string; status: string }[];
  expect(runs.map(({ status }) => status)).toEqual(expect.arrayContaining(["done", "failed", "cancelled"]));
  const one = await reprise(folder, [
    "status",
    runs.find(({ run }) => run.startsWith("plain-"))!.run,
    "--json",
  ]);
  expect(JSON.parse(one.stdout)).toMatchObject({
    status: "done",
    steps: [{ id: "walks" }, { id: "frames" }],
  });
  expect(await reprise(folder, ["logs", "last", "nothing"])).toMatchObject({ code: 2 });
});

test("two folders have two servers", async () => {
  const [one, two] = [temporaryFolder(), temporaryFolder()];
  for (const place of [one, two]) stopServerAfterwards(place);
  const addresses = await Promise.all(
    [one, two].map(
      async (place) =>
        (JSON.parse((await reprise(place, ["up", "--json"])).stdout) as { address: string }).address,
    ),
  );
  expect(new Set(addresses).size).toBe(2);
  const again = await reprise(one, ["up", "--json"]);
  expect(JSON.parse(again.stdout)).toEqual({ address: addresses[0] });
  for (const place of [one, two])
    expect((await reprise(place, ["down"])).stdout).toContain("The server is stopped");
});
