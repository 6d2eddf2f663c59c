import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../core/package-root.ts";
import { afterwards } from "./folders.ts";

const SOURCE = path.join(packageRoot, "tests", "support", "other-processor.c");
// glibc looks at the processor before anything else is loaded.
const HIDDEN = ["AVX512F", "AVX512VL", "AVX512BW", "AVX512DQ", "AVX512CD"]
  .map((name) => `-${name}`)
  .join(",");

/** Why Python and ffmpeg cannot be made to believe here that they run on another processor; null where it can. */
export function whyNoOtherProcessor(): string | null {
  if (process.platform !== "linux" || process.arch !== "x64") return "not Linux on x86-64";
  if (!/\bcpuid_fault\b/.test(readFileSync("/proc/cpuinfo", "utf8")))
    return "the kernel cannot hide the CPUID instruction here (no cpuid_fault in /proc/cpuinfo)";
  return spawnSync("cc", ["--version"]).status === 0 ? null : "there is no C compiler";
}

/** Environment in which every Python and ffmpeg takes this machine for one with an AMD processor without AVX-512. */
export function otherProcessor(): Record<string, string> {
  // LD_PRELOAD is split at blanks, which the folders of the tests have on purpose.
  const folder = mkdtempSync("/tmp/reprise-other-processor-");
  afterwards(() => rmSync(folder, { recursive: true }));
  const library = path.join(folder, "other-processor.so");
  const { status, stderr } = spawnSync(
    "cc",
    ["-O1", "-shared", "-fPIC", '-DOTHER_PROCESSOR="amd"', "-o", library, SOURCE],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`${SOURCE} cannot be compiled: ${stderr}`);
  return {
    LD_PRELOAD: library,
    GLIBC_TUNABLES: `glibc.cpu.hwcaps=${HIDDEN}`,
  };
}
