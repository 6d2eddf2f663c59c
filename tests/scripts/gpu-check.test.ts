import { chmodSync, writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { requireTool } from "../../host/toolchain.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";

const script = path.join(packageRoot, "scripts", "gpu-check.mjs");
const gpuCheck = (options: string[], env: Record<string, string> = {}) =>
  execa(process.execPath, [script, "--dry", ...options], { reject: false, cwd: packageRoot, env });

/** The trainers' Python, whose jobs load no libraries: those of part 1 do. Its path. */
function forkingPython(): string {
  const file = path.join(temporaryFolder(), "python");
  const forking = path.join(packageRoot, "tests", "trainer", "forking_gpu_check.py");
  writeFileSync(file, `#!/bin/sh\nexec "${requireTool("python")}" "${forking}" "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

interface Measured {
  machine: { packages: Record<string, string | null> };
  checks: Record<
    string,
    { phases: Record<string, { seconds: number[]; tokens: number; allocated: number | null }> }
  >;
}

test(
  "the checks of a GPU run on a processor, scaled down, through the trainers' own jobs",
  { timeout: 600_000 },
  async () => {
    const out = path.join(temporaryFolder(), "out");
    const { exitCode, stdout } = await gpuCheck(["--part", "1", "--out", out]);
    expect(stdout).toMatch(/grpo, rollout: tokens a second +[0-9.]+/);
    expect(exitCode).toBe(0);
    const measured = JSON.parse(await fs.readFile(path.join(out, "measured-1.json"), "utf8")) as Measured;
    expect(Object.keys(measured.checks)).toEqual(["sft", "grpo", "evaluation"]);
    const { sft, grpo, evaluation } = measured.checks;
    // 12 rows by 2 accumulated; 4 steps of 2 batches, whose 2 prompts have 8 completions of at most 8 tokens each.
    expect(sft!.phases["training"]!.seconds).toHaveLength(12);
    expect(grpo!.phases["update"]!.seconds).toHaveLength(8);
    expect(grpo!.phases["rollout"]!.seconds).toHaveLength(4);
    expect(grpo!.phases["rollout"]!.tokens).toBeLessThanOrEqual(4 * 2 * 8 * 8);
    expect(Object.keys(grpo!.phases)).toContain("merging");
    expect(evaluation!.phases["evaluation"]!.tokens).toBeGreaterThan(0);
  },
);

test(
  "a folder is made for a machine without Node, with CUDA 13's library alone",
  { timeout: 300_000 },
  async () => {
    const folder = temporaryFolder();
    const { exitCode, stdout, stderr } = await gpuCheck(["--prepare", folder]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("PYTHONPATH=site:. python3 -m reprise_trainer.gpu_check checks.json");
    const { checks } = JSON.parse(await fs.readFile(path.join(folder, "checks.json"), "utf8")) as {
      checks: { name: string; part: number }[];
    };
    expect(checks.map(({ name, part }) => `${part} ${name}`)).toEqual([
      "1 sft",
      "1 grpo",
      "1 evaluation",
      "2 sft-flash",
      "2 resume",
      "2 resume-deterministic",
      "2 grpo-deterministic",
      "2 evaluation-deterministic",
      "2 grpo-kept",
    ]);
    const libraries = (await fs.readdir(path.join(folder, "site", "bitsandbytes"))).filter((name) =>
      name.startsWith("libbitsandbytes_"),
    );
    expect(libraries.sort()).toEqual(["libbitsandbytes_cpu.so", "libbitsandbytes_cuda130.so"]);
    expect(await fs.readdir(folder)).toContain("reprise_trainer");
  },
);

test(
  "the demo's trainings are made again by their job files; on a processor they give the run's own replies",
  { timeout: 600_000 },
  async () => {
    const folder = temporaryFolder();
    stopServerAfterwards(folder);
    const recipe = path.join(packageRoot, "recipes", "demo.yaml");
    // As on a GPU, nothing is pinned there.
    const settings = ["--profile", "tiny", "--set", "reproducible=fastest"];
    expect((await reprise(folder, ["run", recipe, ...settings])).code).toBe(0);
    const [run] = await fs.readdir(path.join(folder, ".reprise", "runs"));
    const options = ["--demo", path.join(folder, ".reprise", "runs", run!)];
    const out = path.join(folder, "out");
    const { exitCode, stdout } = await gpuCheck(["--part", "3", "--out", out, ...options], {
      REPRISE_PYTHON: forkingPython(),
    });
    expect(exitCode).toBe(0);
    expect(stdout.match(/ (\d+) of \1 replies alike/g)).toHaveLength(3);
    expect(stdout).toMatch(/demo-grpo: seconds in all +[0-9.]+/);
    expect(stdout).toMatch(/GRPO against SFT: p ([0-9.]+), in the run \1$/m);
    expect((await gpuCheck(["--read", folder, ...options])).stderr).toContain(
      "takes the folder that --out named",
    );
    const read = await gpuCheck(["--read", out, ...options]);
    expect(read.stdout).toContain(stdout.slice(stdout.indexOf("The demo's right answers")));
  },
);

test("what cannot be is a sentence, before anything is counted", async () => {
  const file = path.join(temporaryFolder(), "file");
  await fs.writeFile(file, "");
  const cases: [string[], RegExp][] = [
    [["--demo", path.join(packageRoot, "docs")], /holds no record of a finished run of the demo/],
    [["--read", "out"], /--read needs --demo as well/],
    [["--part", "9"], /There is no part '9': there are 1, 2; 3 needs --demo/],
    [["--minutes", "x"], /--minutes is a number above 0, not 'x'/],
    [["--out", path.join(file, "x")], /file.x' cannot be written \(ENOTDIR\)/],
    [["--prepare", path.join(file, "x")], /cannot be written \(ENOTDIR\)/],
    [["--nonsense"], /^Unknown option '--nonsense'/],
  ];
  for (const [options, sentence] of cases) {
    const { exitCode, stderr } = await gpuCheck(options);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain("    at ");
    expect(exitCode).toBe(2);
  }
  expect((await gpuCheck(["--help"])).stdout).toContain("--prepare FOLDER");
});

test("a machine without a GPU is told at once", { timeout: 120_000 }, async () => {
  const options = ["--out", temporaryFolder()];
  const env = { CUDA_VISIBLE_DEVICES: "" };
  const { exitCode, stderr } = await execa(process.execPath, [script, ...options], { reject: false, env });
  expect(stderr).toMatch(/^PyTorch sees no CUDA GPU here/);
  expect(exitCode).toBe(2);
  expect(await fs.readdir(options[1]!)).toEqual([]);
});
