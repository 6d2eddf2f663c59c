import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import getPort from "get-port";
import { packageRoot } from "../../core/package-root.ts";
import { findToolchain } from "../../host/toolchain.ts";
import { signalGroup } from "../../store/processes.ts";

const PATIENCE_MS = 90_000;
const GRACE_MS = 3_000;

const python = findToolchain().python!;

// Without its bytecode, Python needs 25 s instead of 10 s to read torch and transformers.
const ENVIRONMENT = { PYTHONDONTWRITEBYTECODE: "", HF_HUB_OFFLINE: "1", HF_HUB_DISABLE_UPDATE_CHECK: "1" };

export interface ModelServer {
  /** The API's base, http://127.0.0.1:PORT/v1. */
  url: string;
  /** What requests must name as `model`. */
  model: string;
  pid: number;
  stop(): Promise<void>;
}

/** Makes two tiny vision models in new folders; the other one has other letters and scores to give. */
export async function makeServedModels(folder: string, other: string): Promise<void> {
  const script = path.join(packageRoot, "tests", "support", "served_model.py");
  await execa(python, [script, folder, other], { env: { ...ENVIRONMENT, OMP_NUM_THREADS: "1" } });
}

/** Starts `transformers serve` on loopback and waits until the model is loaded. Whoever starts it stops it. */
export async function startModelServer(
  modelFolder: string,
  { port }: { port?: number } = {},
): Promise<ModelServer> {
  const folder = path.dirname(modelFolder);
  const model = path.basename(modelFolder);
  const home = path.join(folder, "hugging face");
  // The list of models reads this folder and fails without it.
  mkdirSync(path.join(home, "hub"), { recursive: true });
  const at = port ?? (await getPort({ host: "127.0.0.1" }));
  const log = path.join(folder, `${model}-${at}.log`);
  const output = openSync(log, "a");
  const serve = ["-m", "transformers.cli.transformers", "serve", model];
  const child = spawn(python, [...serve, "--host", "127.0.0.1", "--port", String(at), "--device", "cpu"], {
    cwd: folder,
    env: { ...process.env, ...ENVIRONMENT, HF_HOME: home, OMP_NUM_THREADS: "1" },
    stdio: ["ignore", output, output],
    detached: true,
  });
  closeSync(output);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  let gone = false;
  void ended.then(() => (gone = true));
  const pid = child.pid ?? 0;
  const stop = async () => {
    if (gone || pid === 0) return;
    signalGroup(pid, "SIGTERM");
    await Promise.race([ended, sleep(GRACE_MS, undefined, { ref: false })]);
    if (!gone) signalGroup(pid, "SIGKILL");
    await ended;
  };
  const until = Date.now() + PATIENCE_MS;
  while (!(await isHealthy(at))) {
    if (gone || Date.now() > until) {
      await stop();
      throw new Error(`The model server did not start. Its log:\n${readFileSync(log, "utf8").slice(-4_000)}`);
    }
    await sleep(100);
  }
  return { url: `http://127.0.0.1:${at}/v1`, model, pid, stop };
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
