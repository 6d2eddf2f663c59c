import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { findToolchain } from "../../host/toolchain.ts";
import { reprise, stopServerAfterwards } from "../support/cli.ts";
import { temporaryFolder } from "../support/folders.ts";
import { otherProcessor, whyNoOtherProcessor } from "../support/other-processor.ts";

const MINUTES = 60_000;
const RECIPE = path.join(packageRoot, "recipes", "demo.yaml");
const missing = whyNoOtherProcessor();
if (missing !== null) console.log(`SKIPPED: no run on another processor: ${missing}`);

const SAME = /^Same bytes as the reference: yes\. All 9 steps gave the reference's bytes\.$/m;

test.skipIf(missing !== null)(
  "the short demo gives the bytes of its reference on a processor without AVX-512 that says it is AMD's",
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
