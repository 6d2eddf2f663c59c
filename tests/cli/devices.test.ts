import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { reprise, start } from "../support/cli.ts";
import { afterwards, temporaryFolder } from "../support/folders.ts";

/** A folder in which nvidia-smi lists so many GPUs, which no other test has. */
function machine(gpus: number) {
  const folder = temporaryFolder();
  for (const store of ["at/.reprise", "one", "two"])
    afterwards(() => reprise(folder, ["down"], { REPRISE_HOME: path.join(folder, store) }));
  const bin = path.join(folder, "bin");
  mkdirSync(bin);
  const uuids = Array.from({ length: gpus }, () => `GPU-${randomUUID()}`);
  const lines = uuids.map((uuid, number) => `echo "GPU ${number}: NVIDIA Test (UUID: ${uuid})"`);
  const file = path.join(bin, "nvidia-smi");
  writeFileSync(file, `#!/bin/sh\n${gpus === 0 ? "exit 9" : lines.join("\n")}\n`);
  chmodSync(file, 0o755);
  return { folder, uuids, env: { PATH: `${bin}:${process.env["PATH"]}` } };
}

/** A step that notes what it sees, while others may do so too. */
const looks = (gpu: number, seconds = 3, more = "") => `
    uses: run/command
    with:
      argv: [sh, -c, 'echo "in $CUDA_VISIBLE_DEVICES" >> ../said.txt; sleep ${seconds}; echo "out $CUDA_VISIBLE_DEVICES" >> ../said.txt; echo "$0" > "$REPRISE_OUTPUT_O/o"', "{name}"]
      outputs: { o: path }
    resources: { gpu: ${gpu}, cpu: 0 }
    ${more}`;

function recipe(folder: string, steps: Record<string, string>, name = "gpus"): string {
  const text = Object.entries(steps).map(
    ([id, step]) => `  ${id}:${step.replace("{name}", `${name} ${id}`)}\n`,
  );
  mkdirSync(path.join(folder, "at"), { recursive: true });
  writeFileSync(
    path.join(folder, "at", `${name}.yaml`),
    `recipe: 1\nname: ${name}\nsteps:\n${text.join("")}`,
  );
  return `${name}.yaml`;
}

const saidIn = (folder: string): string[] => {
  const file = path.join(folder, "said.txt");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
};

/** The most that were at work at once; fails where two had the same. */
function mostAtOnce(said: readonly string[]): number {
  const at = new Set<string>();
  let most = 0;
  for (const line of said) {
    const [how, devices = ""] = line.split(" ");
    for (const device of devices.split(",")) {
      if (how === "out") at.delete(device);
      else {
        expect(at, said.join("\n")).not.toContain(device);
        at.add(device);
      }
    }
    most = Math.max(most, at.size);
  }
  return most;
}

const recordIn = (home: string): RunRecord => {
  const runs = path.join(home, "runs");
  return JSON.parse(
    readFileSync(path.join(runs, readdirSync(runs).sort().at(-1)!, "record.json"), "utf8"),
  ) as RunRecord;
};

describe("GPUs", { timeout: 180_000 }, () => {
  test("are one step's each: two run side by side on two, a third waits", async () => {
    const { folder, env } = machine(2);
    const file = recipe(folder, { a: looks(1), b: looks(1), c: looks(1) });
    const { code, stderr } = await reprise(path.join(folder, "at"), ["run", file], env);
    expect([code, stderr]).toEqual([0, ""]);
    const said = saidIn(folder);
    expect(said.slice(0, 2).sort()).toEqual(["in 0", "in 1"]);
    expect(mostAtOnce(said)).toBe(2);
    expect(said).toHaveLength(6);
  });

  test("are those of CUDA_VISIBLE_DEVICES, by the names that it has for them", async () => {
    const { folder, uuids, env } = machine(4);
    const visible = `3,${uuids[1]!.slice(0, 20)}`;
    const file = recipe(folder, { a: looks(1), b: looks(1), both: looks(2, 1, "needs: [a, b]") });
    const { code } = await reprise(path.join(folder, "at"), ["run", file], {
      ...env,
      CUDA_VISIBLE_DEVICES: visible,
    });
    expect(code).toBe(0);
    const said = saidIn(folder);
    expect(said.slice(0, 2).sort()).toEqual([`in 3`, `in ${uuids[1]!.slice(0, 20)}`].sort());
    expect(said.slice(4)).toEqual([`in ${visible}`, `out ${visible}`]);
  });

  test("are the machine's, not the store's: two runs in two stores share them, and waiting is no timeout", async () => {
    const { folder, env } = machine(1);
    const at = path.join(folder, "at");
    const files = ["one", "two"].map((name) => recipe(folder, { a: looks(1, 4, "timeout: 6s") }, name));
    const homes = ["one", "two"].map((name) => path.join(folder, name));
    const ended = await Promise.all(
      files.map((file, index) => reprise(at, ["run", file], { ...env, REPRISE_HOME: homes[index]! })),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(mostAtOnce(saidIn(folder))).toBe(1);
    for (const home of homes) expect(recordIn(home).steps[0]).toMatchObject({ attempts: 1 });
  });

  test("stay with a program whose worker was killed, until it ends", async () => {
    const { folder, env } = machine(1);
    const at = path.join(folder, "at");
    const program = (script: string) => `
    uses: run/command
    with: { argv: [sh, -c, '${script}'] }
    resources: { gpu: 1, cpu: 0 }`;
    const first = recipe(
      folder,
      { a: program("echo $$ > ../pid; echo in >> ../said.txt; sleep 12; exit 0") },
      "one",
    );
    const state = 'state=$(cut -d" " -f3 /proc/$(cat ../pid)/stat)';
    const alone = `${state}; case "$state" in ""|Z) echo alone;; *) echo two at once;; esac >> ../said.txt`;
    const second = recipe(folder, { a: program(alone) }, "two");
    const homeOf = (name: string) => ({ ...env, REPRISE_HOME: path.join(folder, name) });
    const running = start(at, ["run", first], homeOf("one"));
    await expect.poll(() => saidIn(folder), { timeout: 60_000 }).toEqual(["in"]);
    running.kill("SIGKILL");
    await running;
    expect((await reprise(at, ["run", second], homeOf("two"))).code).toBe(0);
    expect(saidIn(folder)).toEqual(["in", "alone"]);
  });

  test("that there are not fail the step; a program without any on a machine without any runs as it likes", async () => {
    const few = machine(1);
    const file = recipe(few.folder, { a: looks(2, 0) });
    expect((await reprise(path.join(few.folder, "at"), ["run", file], few.env)).code).toBe(5);
    expect(recordIn(path.join(few.folder, "at", ".reprise")).failure).toMatchObject({
      code: "environment",
      message: expect.stringContaining("'a' asks for 2 GPUs, and this machine has only 1") as string,
    });
    const none = machine(0);
    const alone = recipe(none.folder, { a: looks(1, 0) });
    expect((await reprise(path.join(none.folder, "at"), ["run", alone], none.env)).code).toBe(0);
    expect(saidIn(none.folder)).toEqual(["in ", "out"]);
  });
});
