import { readFile, realpath, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { RunRecord } from "../schemas/generated/run-record.ts";
import { readJsonIfWhole } from "../store/files.ts";
import { hashOf, keep } from "./interpreter.ts";
import { probe } from "./probe.ts";
import { findToolchain, lockDigest, packageVersion } from "./toolchain.ts";
import type { Store } from "../store/store.ts";

/**
 * What the run runs on. Tools that are not there, and a server that was not used, are null; those that do not answer in time
 * are named.
 */
export async function describeEnvironment(store: Store): Promise<RunRecord["environment"]> {
  const { python, ffmpeg } = findToolchain();
  const [pythonVersion, ffmpegVersion, server, gpus] = await Promise.all([
    python === null ? NO_LINE : versionOfPython(python),
    versionOfFfmpeg(ffmpeg, store),
    readJsonIfWhole<{ version: string }>(store.local.server.state, "version"),
    probe("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"]),
  ]);
  const unanswered = [pythonVersion, ffmpegVersion, gpus].flatMap(({ late }) => late ?? []);
  return {
    reprise: packageVersion(),
    node: process.version,
    python: pythonVersion.line,
    python_lock: lockDigest(),
    server: process.env["TEMPORAL_ADDRESS"] ?? (server === undefined ? null : `Temporal ${server.version}`),
    ffmpeg: ffmpegVersion.line,
    platform: `${process.platform} ${process.arch}`,
    cpu: os.cpus()[0]?.model ?? "unknown",
    cores: os.availableParallelism(),
    memory_gb: Number((os.totalmem() / 1e9).toFixed(1)),
    gpus: gpus.exitCode === 0 ? gpus.stdout.split("\n").filter(Boolean) : [],
    ...(unanswered.length === 0 ? {} : { unanswered }),
  };
}

/** The first line that a program prints, or null; `late` says that it gave no answer in time. */
interface Line {
  line: string | null;
  late: string | null;
}
const NO_LINE: Line = { line: null, late: null };

interface Said {
  stamp: string;
  line: string;
}

/** As it was said before of the very file, by size and time: to start it takes as long as much of a short command. */
async function versionOfFfmpeg(ffmpeg: string | null, store: Store): Promise<Line> {
  if (ffmpeg === null) return NO_LINE;
  const entry = await stat(ffmpeg).catch(() => null);
  const stamp = entry === null ? null : `${await realpath(ffmpeg)} ${entry.size} ${entry.mtimeMs}`;
  const name = `ffmpeg-version-${hashOf(os.hostname(), path.resolve(ffmpeg))}`;
  const known = await store.environments.loadIfWhole<Said>(name, "line");
  if (stamp !== null && known?.stamp === stamp) return { line: known.line, late: null };
  const found = await firstLine(ffmpeg, ["-version"]);
  if (found.line !== null && stamp !== null)
    await keep(store, name, { stamp, line: found.line } satisfies Said);
  return found;
}

/** From the environment's own file: Python need not be started for it. */
async function versionOfPython(python: string): Promise<Line> {
  const file = path.join(path.dirname(path.dirname(python)), "pyvenv.cfg");
  const text = await readFile(file, "utf8").catch(() => "");
  const version = /^version(?:_info)? *= *([0-9.]+)/m.exec(text)?.[1];
  return version === undefined ? firstLine(python, ["--version"]) : { line: `Python ${version}`, late: null };
}

/** The first line that a program prints; null when it is not there, fails, or gives no answer in time. */
export async function firstLine(command: string | null, args: string[]): Promise<Line> {
  if (command === null) return NO_LINE;
  const { exitCode, stdout, late } = await probe(command, args);
  return { line: exitCode === 0 ? (stdout.split("\n")[0] ?? null) : null, late };
}
