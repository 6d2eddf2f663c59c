import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import type { RunRecord } from "../../schemas/generated/run-record.ts";
import { fill } from "../../scripts/chaos/processes.mjs";
import { reprise, start } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const folder = temporaryFolder();
const disk = path.join(folder, "disk");

/** A disk small enough to be filled; mounting one needs rights that not every machine gives. */
function mountSmallDisk(): boolean {
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=48m", "tmpfs", disk], { stdio: "ignore" });
    return true;
  } catch {
    console.warn("SKIPPED: no small disk can be mounted here, so no disk is filled");
    return false;
  }
}
const mounted = mountSmallDisk();
const home = path.join(disk, "home");
const env = { REPRISE_HOME: home };
afterAll(async () => {
  if (!mounted) return;
  await reprise(folder, ["down"], env);
  execFileSync("umount", ["-l", disk]);
});

test.skipIf(!mounted)(
  "a full disk is told; nothing half-written counts; after room is made the run goes on",
  { timeout: 120_000 },
  async () => {
    copyFileSync("tests/support/counter.py", path.join(folder, "counter.py"));
    writeFileSync(
      path.join(folder, "full.yaml"),
      `recipe: 1
name: full
inputs: { script: { type: path, path: counter.py } }
steps:
  count:
    uses: run/command
    with:
      argv: [python3, "{inputs.script}", "40", "0.1"]
      inputs: { script: "\${{ inputs.script }}" }
      outputs: { numbers: path }
    checkpoint: { every: 5 steps }
`,
    );
    const running = start(folder, ["run", "full.yaml"], env);
    const events = () => {
      const runs = path.join(home, "runs");
      const [run] = existsSync(runs) ? readdirSync(runs) : [];
      const file = path.join(runs, run ?? "", "count", "events.jsonl");
      return existsSync(file) ? readFileSync(file, "utf8") : "";
    };
    while (!events().includes('"done": 12,')) await sleep(50);
    const release = fill(disk);
    const ended = await running;
    expect(`${ended.stdout}${ended.stderr}`).toContain("The disk is full. Make room and run again");
    expect(ended.exitCode).toBe(5);
    release();
    const again = await reprise(folder, ["run", "full.yaml", "--json"], env);
    expect(again.code).toBe(0);
    const [count] = (JSON.parse(again.stdout) as RunRecord).steps;
    expect(count).toMatchObject({ status: "done", metrics: { sum: 202 } });
    expect(count!.resumed_from[0]).toBeGreaterThanOrEqual(5);
    expect((await reprise(folder, ["cache", "verify"], env)).code).toBe(0);
    rmSync(path.join(folder, "full.yaml"));
  },
);
