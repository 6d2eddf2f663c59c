import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { findToolchain } from "../../host/toolchain.ts";
import type { Digests } from "../../schemas/generated/digests.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { otherProcessor, whyNoOtherProcessor } from "../support/other-processor.ts";

const MINUTES = 60_000;
const RECIPE = path.join(packageRoot, "recipes", "demo.yaml");
const missing = whyNoOtherProcessor();
if (missing !== null) console.log(`SKIPPED: no run on another processor: ${missing}`);

const SAME = /^Same bytes as the reference: yes\. All 9 steps gave the reference's bytes\.$/m;

test(
  "the short demo gives the bytes of its reference on this processor",
  { timeout: 6 * MINUTES },
  async () => {
    const folder = temporaryFolder();
    stopServerAfterwards(folder);
    // What a user may have set decides nothing.
    const environment = { ATEN_CPU_CAPABILITY: "default", MKL_CBWR: "AUTO", ONEDNN_MAX_CPU_ISA: "SSE41" };
    const ended = await reprise(folder, ["run", RECIPE, "--profile", "tiny"], environment);
    expect(ended.stdout).toMatch(SAME);
    expect(ended.code).toBe(0);

    const reference = path.join(packageRoot, "recipes", "demo.digests.json");
    const compared = await reprise(folder, ["verify", "last", "--digests", reference]);
    expect(compared.stdout).toMatch(SAME);
    expect(compared.code).toBe(0);

    const written = path.join(folder, "ours.json");
    expect((await reprise(folder, ["verify", "last", "--write-digests", written])).code).toBe(0);
    const ours = JSON.parse(readFileSync(written, "utf8")) as Digests;
    const [run] = ours.runs;
    const { runs } = JSON.parse(readFileSync(reference, "utf8")) as Digests;
    expect(run.steps).toEqual(runs.find(({ profile }) => profile === "tiny")!.steps);

    run.steps["sft"]!.outputs["adapter"] = "0".repeat(64);
    writeFileSync(written, JSON.stringify(ours));
    const other = await reprise(folder, ["verify", "last", "--digests", written]);
    expect(other.stdout).toContain(
      "Same bytes as the reference: no. The first step to differ is 'sft': it was asked the same and gave other bytes ('adapter').",
    );
    expect(other.code).toBe(3);
  },
);

test.skipIf(missing !== null)(
  "and on one without AVX-512 that says it is AMD's",
  { timeout: 6 * MINUTES },
  async () => {
    const folder = temporaryFolder();
    stopServerAfterwards(folder);
    const environment = otherProcessor();
    const { stdout } = spawnSync(
      findToolchain().python!,
      [
        "-c",
        "import torch; print(torch.backends.cpu.get_cpu_capability(), torch.cpu._is_avx512_bf16_supported())",
      ],
      { env: { ...process.env, ...environment }, encoding: "utf8" },
    );
    expect(stdout).toBe("AVX2 False\n");
    const ended = await reprise(folder, ["run", RECIPE, "--profile", "tiny"], environment);
    expect(ended.stdout).toMatch(SAME);
    expect(ended.code).toBe(0);
  },
);
