import {
  copyFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { beforeAll, describe, expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { latestRun } from "../support/latest-run.ts";
import { reprise, start, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
stopServerAfterwards(folder);
beforeAll(() => copyFileSync("tests/support/counter.py", path.join(folder, "counter.py")));

/** A step that counts, slowly enough to be disturbed. */
const counter = (total: number, pause: number, more = "") => `
    uses: run/command
    with:
      argv: [python3, "{inputs.script}", "${total}", "${pause}"]
      inputs: { script: "\${{ inputs.script }}" }
      outputs: { numbers: path }
    checkpoint: { every: 5 steps }
    ${more}`;

function recipe(name: string, steps: Record<string, string>): string {
  const text = Object.entries(steps).map(([id, step]) => `  ${id}:${step}\n`);
  writeFileSync(
    path.join(folder, `${name}.yaml`),
    `recipe: 1\nname: ${name}\ninputs: { script: { type: path, path: counter.py } }\nsteps:\n${text.join("")}`,
  );
  return `${name}.yaml`;
}

const runs = path.join(folder, ".reprise", "runs");
const runOf = (name: string) => latestRun(runs, name);
const recordOf = (name: string): RunRecord =>
  JSON.parse(readFileSync(path.join(runs, runOf(name), "record.json"), "utf8")) as RunRecord;
const eventsOf = (name: string, step: string): string => {
  const file = path.join(runs, runOf(name), step, "events.jsonl");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
};
const stepOf = (name: string, step: string) => recordOf(name).steps.find(({ id }) => id === step)!;

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let waited = 0; waited < 40_000; waited += 50) {
    if (existsSync(runs) && condition()) return;
    await sleep(50);
  }
  throw new Error(`${what} did not happen`);
}
const counted = (name: string, step: string, done: number) =>
  until(
    `${name}/${step} at ${done}`,
    () =>
      readdirSync(runs).some((run) => run.startsWith(`${name}-`)) &&
      eventsOf(name, step).includes(`"done": ${done},`),
  );
const programsOf = async (): Promise<string[]> => {
  const { stdout } = await execa("ps", ["-eo", "args"]);
  return stdout.split("\n").filter((line) => line.includes("counter.py") && line.includes(folder));
};

let whole: string;

describe("any program", () => {
  test("gets its inputs, leaves its outputs and reports metrics", async () => {
    const ended = await reprise(folder, ["run", recipe("whole", { count: counter(40, 0) })]);
    expect(ended.stderr).toBe("");
    expect(ended.code).toBe(0);
    const count = stepOf("whole", "count");
    expect(count).toMatchObject({
      status: "done",
      attempts: 1,
      metrics: { sum: 202 },
      repeated: 0,
      inexact: [],
    });
    whole = count.outputs["numbers"]!.digest;
  });

  test("is resumed after its whole process tree was killed, and ends with the same bytes", async () => {
    const file = recipe("killed", { count: counter(40, 0.1) });
    const running = start(folder, ["run", file]);
    await counted("killed", "count", 17);
    process.kill(-running.pid!, "SIGKILL");
    await running;
    const again = await reprise(folder, ["run", file]);
    expect(again.stdout).toContain("Taking over from a worker that is gone: count.");
    expect(again.code).toBe(0);
    const count = stepOf("killed", "count");
    expect(count.outputs["numbers"]!.digest).toBe(whole);
    expect(count.attempts).toBe(2);
    expect(count.resumed_from[0]).toBeGreaterThanOrEqual(15);
    expect(count.repeated).toBeLessThanOrEqual(5);
    expect(count.seconds_lost).toBeGreaterThan(0);
    expect(eventsOf("killed", "count")).toContain(`resuming count from step ${count.resumed_from[0]}`);
    expect(await programsOf()).toEqual([]);
  });

  test("that leaves no output, or fails, says so with its last lines", async () => {
    const steps = {
      empty: `\n    uses: run/command\n    with: { argv: [sh, -c, "exit 0"], outputs: { model: model } }`,
      broken: `\n    uses: run/command\n    with: { argv: [sh, -c, "echo so it goes >&2; exit 3"] }`,
      gone: `\n    uses: run/command\n    with: { argv: [no-such-program] }`,
    };
    expect((await reprise(folder, ["run", recipe("wrong", steps)])).code).toBe(1);
    const failures = recordOf("wrong").steps.map(({ failure }) => `${failure?.code} ${failure?.message}`);
    expect(failures[0]).toMatch(/^exit 'sh' ended well, but left no output 'model': nothing lies at '\//);
    expect(failures[1]).toContain("exit 'sh' failed with exit code 3. Its last lines:\nso it goes");
    expect(failures[2]).toContain("exit 'no-such-program' could not be started");
  });

  test("that makes no progress is ended and tried again", async () => {
    const stuck = `\n    uses: run/command\n    with: { argv: [sleep, "1000"] }\n    stalled_after: 2s\n    retry: { attempts: 2, backoff: 1s, on: [stalled] }`;
    expect((await reprise(folder, ["run", recipe("stuck", { stuck })])).code).toBe(1);
    expect(stepOf("stuck", "stuck")).toMatchObject({
      attempts: 2,
      failure: { code: "stalled", message: expect.stringContaining("made no progress for 2s") as string },
    });
  });
});

describe("checkpoints", () => {
  test("that were damaged are skipped with the file's name, and the one before is taken", async () => {
    const file = recipe("torn", { count: counter(40, 0.11) });
    const running = start(folder, ["run", file]);
    await counted("torn", "count", 17);
    await until("a whole checkpoint", () => eventsOf("torn", "count").includes("checkpoint-15"));
    process.kill(-running.pid!, "SIGKILL");
    await running;
    await execa("pkill", ["-9", "-f", `${folder}/counter.py`], { reject: false });
    const listed = await reprise(folder, ["checkpoints", "last", "count", "--json"]);
    const { steps } = JSON.parse(listed.stdout) as {
      steps: { checkpoints: { step: number; directory: string; defect: string | null }[] }[];
    };
    const [newest, before] = steps[0]!.checkpoints.filter(({ defect }) => defect === null);
    // One that was renamed into place after the last look would be completed by the next attempt.
    for (const { directory, defect } of steps[0]!.checkpoints)
      if (defect !== null) rmSync(directory, { recursive: true });
    expect(before!.step).toBe(newest!.step - 5);
    truncateSync(path.join(newest!.directory, "seen.json"), 3);
    expect((await reprise(folder, ["checkpoints", "last"])).stdout).toContain("'seen.json' has another size");
    expect((await reprise(folder, ["run", file])).code).toBe(0);
    expect(eventsOf("torn", "count")).toContain(
      `skipped checkpoint-${newest!.step}: 'seen.json' has another size`,
    );
    expect(stepOf("torn", "count").resumed_from).toEqual([before!.step]);
    expect(stepOf("torn", "count").outputs["numbers"]!.digest).toBe(whole);
  });

  test("of other parameters are refused with the parameter's name", async () => {
    const running = start(folder, ["run", recipe("edited", { count: counter(40, 0.12) })]);
    await counted("edited", "count", 12);
    // The terminal is closed.
    running.kill("SIGHUP");
    expect((await running).exitCode).toBe(130);
    const edited = recipe("edited", { count: counter(41, 0) });
    const refused = /checkpoint-\d+ of an earlier try: argv .*40.* -> .*41/;
    expect((await reprise(folder, ["plan", edited, "--why", "count"])).stdout).toMatch(refused);
    expect((await reprise(folder, ["run", edited])).code).toBe(0);
    const said = eventsOf("edited", "count");
    expect(said).toMatch(/refused checkpoint-\d+ of an earlier try: argv .*40.* -> .*41/);
    expect(stepOf("edited", "count").resumed_from).toEqual([]);
  });
});

describe("which checkpoint is taken", () => {
  test(
    "is the recipe's to say: none, or one by name; doctor says that the run can go on",
    { timeout: 120_000 },
    async () => {
      const running = start(folder, [
        "run",
        recipe("named", { count: counter(40, 0.15).replace("5 steps", "5 steps, keep: 9") }),
      ]);
      await counted("named", "count", 12);
      running.kill("SIGINT");
      await running;
      expect((await reprise(folder, ["doctor", "--replay"])).stdout).toContain("ok named-");
      const name = `${runOf("named")}:count@5`;
      const other = (what: string) =>
        counter(40, 0.15).replace("every: 5 steps", `every: 5 steps, keep: 9, resume: "${what}"`);
      expect(
        (await reprise(folder, ["run", recipe("named", { count: other(`${runOf("named")}:count@7`) })]))
          .stdout,
      ).toContain("cannot be used. It is not there; 'reprise checkpoints <run>' lists them.");
      expect((await reprise(folder, ["run", recipe("named", { count: other(name) })])).code).toBe(0);
      expect(stepOf("named", "count")).toMatchObject({ resumed_from: [5] });
      expect(stepOf("named", "count").outputs["numbers"]!.digest).toBe(whole);
    },
  );

  test("never means a fresh start", { timeout: 120_000 }, async () => {
    const file = recipe("fresh", { count: counter(40, 0.14) });
    const running = start(folder, ["run", file]);
    await counted("fresh", "count", 12);
    running.kill("SIGINT");
    await running;
    const never = counter(40, 0.14).replace("every: 5 steps", "every: 5 steps, resume: never");
    expect((await reprise(folder, ["run", recipe("fresh", { count: never })])).code).toBe(0);
    expect(stepOf("fresh", "count").resumed_from).toEqual([]);
  });
});

describe("control from another terminal", () => {
  test("pause saves and stops, resume goes on; status says what is", { timeout: 120_000 }, async () => {
    const running = start(folder, ["run", recipe("paused", { count: counter(150, 0.1) })]);
    await counted("paused", "count", 7);
    expect((await reprise(folder, ["status", "last"])).stdout).toMatch(/: running.*\n[^]*Worked on by /);
    const paused = await reprise(folder, ["pause", "last"]);
    expect(paused.stdout).toContain("is paused. Go on with 'reprise resume paused-");
    expect(await programsOf()).toEqual([]);
    expect((await running).exitCode).toBe(130);
    const { stdout: said } = await reprise(folder, ["status", "last"]);
    expect(said).toMatch(/: paused.*\n[^]*^count +paused [^]*It is paused/m);
    const resumed = await reprise(folder, ["resume", "last"]);
    expect(resumed.code).toBe(0);
    expect(stepOf("paused", "count")).toMatchObject({ attempts: 2, repeated: 0 });
  });

  test(
    "cancel leaves no program within 10 s, and a later run goes on from its checkpoint",
    { timeout: 120_000 },
    async () => {
      const file = recipe("stopped", { count: counter(40, 0.13) });
      const running = start(folder, ["run", file]);
      await counted("stopped", "count", 12);
      const begun = Date.now();
      const cancelled = await reprise(folder, ["cancel", "last"]);
      expect(Date.now() - begun).toBeLessThan(10_000);
      expect(cancelled.stdout).toContain("its checkpoints too");
      expect(await programsOf()).toEqual([]);
      expect((await running).exitCode).toBe(4);
      expect((await reprise(folder, ["run", file])).code).toBe(0);
      expect(stepOf("stopped", "count").resumed_from[0]).toBeGreaterThanOrEqual(12);
      expect(stepOf("stopped", "count").outputs["numbers"]!.digest).toBe(whole);
    },
  );

  test(
    "detached, a run goes on alone; a worker that gets SIGTERM saves, and another one goes on",
    { timeout: 120_000 },
    async () => {
      const file = recipe("alone", { count: counter(80, 0.1) });
      const detached = await reprise(folder, ["run", file, "--detach", "--json"]);
      const { worker } = JSON.parse(detached.stdout) as { worker: number };
      await counted("alone", "count", 7);
      const begun = Date.now();
      process.kill(worker, "SIGTERM");
      await until("the worker's end", () => !isAlive(worker));
      expect(Date.now() - begun).toBeLessThan(30_000);
      expect(await programsOf()).toEqual([]);
      expect((await reprise(folder, ["status", "last"])).stdout).toContain(
        "No worker is alive: nothing happens.",
      );
      const joined = await reprise(folder, ["worker", "last"]);
      expect(joined.code).toBe(0);
      const count = stepOf("alone", "count");
      expect([count.attempts, count.repeated]).toEqual([2, 0]);
      expect(count.resumed_from[0]).toBeGreaterThanOrEqual(7);
      const watched = await reprise(folder, ["status", "last", "--watch"]);
      expect(watched.stdout).toContain("count: done");
    },
  );

  test(
    "a failed run goes on with an edited recipe, and its record keeps both versions",
    { timeout: 120_000 },
    async () => {
      const [first, second] = [
        counter(5, 0),
        '\n    uses: run/command\n    needs: [count]\n    with: { argv: [sh, -c, "exit 3"] }',
      ];
      const file = recipe("mended", { count: first, last: second });
      expect((await reprise(folder, ["run", file])).code).toBe(1);
      const run = runOf("mended");
      recipe("mended", { count: first, last: second.replace("exit 3", "exit 0") });
      const resumed = await reprise(folder, ["resume", run]);
      expect(resumed.stdout).toContain('last: params.argv ["sh","-c","exit 3"] -> ["sh","-c","exit 0"]');
      expect(resumed.code).toBe(0);
      const record = recordOf("mended");
      expect(record.run).toBe(run);
      expect(record.steps.map(({ id, attempts }) => [id, attempts])).toEqual([
        ["count", 1],
        ["last", 2],
      ]);
      expect(record.versions).toMatchObject([{ changes: [{ step: "last", field: "params.argv" }] }]);
      expect(existsSync(path.join(runs, run, "earlier", "1", "record.json"))).toBe(true);
    },
  );

  test(
    "an input that changed meanwhile is taken as it is now, and a finished run is not begun again",
    { timeout: 120_000 },
    async () => {
      const copy = `
    uses: run/command
    with:
      argv: [sh, -c, 'sleep 3; cp "$0" "$1"', "{inputs.data}", "{outputs.copy}/copy"]
      inputs: { data: "\${{ inputs.data }}" }
      outputs: { copy: path }`;
      writeFileSync(path.join(folder, "data.txt"), "old");
      const file = recipe("content", { copy });
      const text = readFileSync(path.join(folder, file), "utf8");
      writeFileSync(
        path.join(folder, file),
        text.replace("script: { type: path, path: counter.py }", "data: { type: path, path: data.txt }"),
      );
      const running = start(folder, ["run", file]);
      await until(
        "the step's start",
        () =>
          readdirSync(runs).some((run) => run.startsWith("content-")) && eventsOf("content", "copy") !== "",
      );
      running.kill("SIGINT");
      await running;
      writeFileSync(path.join(folder, "data.txt"), "new");
      expect((await reprise(folder, ["resume", "last"])).stdout).toContain("inputs.data.sha256");
      const { outputs } = stepOf("content", "copy");
      const made = path.join(folder, ".reprise", outputs["copy"]!.uri, "copy");
      expect(readFileSync(made, "utf8")).toBe("new");
      writeFileSync(path.join(folder, "data.txt"), "old");
      expect((await reprise(folder, ["plan", file])).stdout).toContain("RUN");
      expect((await reprise(folder, ["worker", "last"])).stderr).toContain("is over: done.");
    },
  );

  test(
    "an input that changed meanwhile fails the step of a worker that knows the old one",
    { timeout: 120_000 },
    async () => {
      writeFileSync(path.join(folder, "note.txt"), "old");
      writeFileSync(
        path.join(folder, "reads.yaml"),
        `recipe: 1\nname: reads\ninputs: { note: { type: path, path: note.txt } }\nsteps:\n  a:\n    uses: run/command\n    with: { argv: [sh, -c, "sleep 3; cp '{inputs.note}' '{outputs.copy}/note'"], inputs: { note: "\${{ inputs.note }}" }, outputs: { copy: path } }\n`,
      );
      const running = start(folder, ["run", "reads.yaml"]);
      await until(
        "the step's start",
        () => runOf("reads") !== undefined && eventsOf("reads", "a").includes("attempt"),
      );
      writeFileSync(path.join(folder, "note.txt"), "new");
      await running;
      expect(recordOf("reads").failure).toMatchObject({ step: "a", code: "data" });
      expect(recordOf("reads").failure!.message).toMatch(
        /The input '.*note\.txt' was changed since the run began/,
      );
      expect((await reprise(folder, ["resume", runOf("reads")])).code).toBe(0);
      expect(recordOf("reads").versions[0]!.changes[0]!.field).toBe("inputs.note.sha256");
    },
  );

  test(
    "retry --from does a step again with all that hangs on it, and nothing else",
    { timeout: 120_000 },
    async () => {
      const after = "\n    uses: run/noop\n    with: {}\n    needs: [count]";
      const file = recipe("again", {
        before: "\n    uses: run/noop\n    with: {}",
        count: counter(6, 0),
        after,
      });
      expect((await reprise(folder, ["run", file])).code).toBe(0);
      const times = recordOf("again").steps.map(({ started }) => started);
      const retried = await reprise(folder, ["retry", "last", "--from", "count"]);
      expect(retried.code).toBe(0);
      const again = recordOf("again").steps;
      expect(again.map(({ started }, index) => started === times[index])).toEqual([true, false, false]);
      expect((await reprise(folder, ["retry", "last", "--from", "none"])).stderr).toContain(
        "has no step 'none'",
      );
      expect((await reprise(folder, ["resume", "last"])).stderr).toContain("is done.");
    },
  );

  test("with --fail-fast the first failure ends the run", { timeout: 120_000 }, async () => {
    const steps = {
      bad: '\n    uses: run/command\n    with: { argv: [sh, -c, "exit 3"] }',
      slow: counter(200, 0.1),
    };
    expect((await reprise(folder, ["run", recipe("fast", steps), "--fail-fast"])).code).toBe(1);
    expect(recordOf("fast").steps.map(({ status }) => status)).toEqual(["failed", "cancelled"]);
  });
});

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z ");
}
