import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import { readJson } from "../store/files.ts";
import { home } from "../store/home.ts";
import { findToolchain, lockDigest, packageVersion } from "./toolchain.ts";

/** What the run runs on. Tools that are not there, and a server that was not used, are null. */
export async function describeEnvironment(root: string): Promise<RunRecord["environment"]> {
  const { python, ffmpeg } = findToolchain();
  const [pythonVersion, ffmpegVersion, server, gpus] = await Promise.all([
    python === null ? null : versionOfPython(python),
    firstLine(ffmpeg, ["-version"]),
    readJson<{ version: string }>(path.join(home.server(root), "server.json")),
    execa("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"], { reject: false }),
  ]);
  return {
    reprise: packageVersion(),
    node: process.version,
    python: pythonVersion,
    python_lock: lockDigest(),
    server: process.env["TEMPORAL_ADDRESS"] ?? (server === undefined ? null : `Temporal ${server.version}`),
    ffmpeg: ffmpegVersion,
    platform: `${process.platform} ${process.arch}`,
    cpu: os.cpus()[0]?.model ?? "unknown",
    cores: os.availableParallelism(),
    memory_gb: Number((os.totalmem() / 1e9).toFixed(1)),
    gpus: gpus.exitCode === 0 ? gpus.stdout.split("\n").filter(Boolean) : [],
  };
}

/** From the environment's own file: Python need not be started for it. */
async function versionOfPython(python: string): Promise<string | null> {
  const file = path.join(path.dirname(path.dirname(python)), "pyvenv.cfg");
  const text = await readFile(file, "utf8").catch(() => "");
  const version = /^version(?:_info)? *= *([0-9.]+)/m.exec(text)?.[1];
  return version === undefined ? firstLine(python, ["--version"]) : `Python ${version}`;
}

/** The first line that a program prints, or null when it is not there or fails. */
export async function firstLine(command: string | null, args: string[]): Promise<string | null> {
  if (command === null) return null;
  const { exitCode, stdout } = await execa(command, args, { reject: false });
  return exitCode === 0 ? (stdout.split("\n")[0] ?? null) : null;
}
