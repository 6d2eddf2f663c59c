import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

let known: boolean | undefined;

/** Whether this machine's processor is of x86-64 and has AVX2; false where that cannot be told. */
export const hasAvx2 = (): boolean => (known ??= process.arch === "x64" && look());

function look(): boolean {
  try {
    if (process.platform === "linux")
      return /^flags\s*:.*\bavx2\b/m.test(readFileSync("/proc/cpuinfo", "utf8"));
    if (process.platform !== "darwin") return false;
    const { stdout } = spawnSync("sysctl", ["-n", "hw.optional.avx2_0"], {
      encoding: "utf8",
      timeout: 5_000,
    });
    return stdout.trim() === "1";
  } catch {
    return false;
  }
}
