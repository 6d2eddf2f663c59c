import os from "node:os";
import { execa } from "execa";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import { findToolchain, packageVersion, toolsForFingerprint } from "./toolchain.ts";

export type Environment = RunRecord["environment"];

/** What the run runs on. Tools that were not needed and are not there are null. */
export async function describeEnvironment(): Promise<Environment> {
  const { python, ffmpeg, server } = findToolchain();
  const [pythonVersion, ffmpegVersion, serverVersion, gpus] = await Promise.all([
    firstLine(python, ["--version"]),
    firstLine(ffmpeg, ["-version"]),
    firstLine(server, ["--version"]),
    execa("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"], { reject: false }),
  ]);
  return {
    reprise: packageVersion(),
    node: process.version,
    python: pythonVersion,
    python_lock: toolsForFingerprint().python,
    server: serverVersion,
    ffmpeg: ffmpegVersion,
    platform: `${process.platform} ${process.arch}`,
    cpu: os.cpus()[0]?.model ?? "unknown",
    cores: os.availableParallelism(),
    memory_gb: Number((os.totalmem() / 1e9).toFixed(1)),
    gpus: gpus.exitCode === 0 ? gpus.stdout.split("\n").filter(Boolean) : [],
  };
}

async function firstLine(command: string | null, args: string[]): Promise<string | null> {
  if (command === null) return null;
  const { exitCode, stdout } = await execa(command, args, { reject: false });
  return exitCode === 0 ? (stdout.split("\n")[0] ?? null) : null;
}
