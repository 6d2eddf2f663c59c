import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import getPort from "get-port";
import { packageRoot } from "../../core/package-root.ts";
import { findToolchain } from "../../host/toolchain.ts";
import { signalGroup } from "../../store/processes.ts";

const PATIENCE_MS = 240_000;
const GRACE_MS = 3_000;

const python = findToolchain().python!;

// Without its bytecode, Python needs 25 s instead of 10 s to read torch and transformers.
const ENVIRONMENT = { PYTHONDONTWRITEBYTECODE: "", HF_HUB_OFFLINE: "1", HF_HUB_DISABLE_UPDATE_CHECK: "1" };

export interface ModelServer {
  /** The API's base, http://127.0.0.1:PORT/v1. */
  url: string;
  /** What requests must name as `model`. */
  model: string;
}

/** Of one name, with other weights: the other one has other letters and scores to give. */
export interface ModelServers {
  one: ModelServer;
  other: ModelServer;
  stop(): Promise<void>;
}

/** Makes two tiny vision models in a folder, starts `transformers serve` of each, and waits until they are loaded. */
export async function startModelServers(folder: string): Promise<ModelServers> {
  const model = "tiny";
  const home = path.join(folder, "hugging face");
  // The list of models reads this folder and fails without it.
  mkdirSync(path.join(home, "hub"), { recursive: true });
  const ports = [await getPort({ host: "127.0.0.1" }), await getPort({ host: "127.0.0.1" })];
  const log = path.join(folder, "log.txt");
  const output = openSync(log, "a");
  const script = path.join(packageRoot, "tests", "support", "served_model.py");
  const served = ["one", "other"].flatMap((name, index) => [
    path.join(folder, name, model),
    String(ports[index]),
  ]);
  const child = spawn(python, [script, ...served], {
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
    if (pid === 0) return;
    signalGroup(pid, "SIGTERM");
    await Promise.race([ended, sleep(GRACE_MS, undefined, { ref: false })]);
    signalGroup(pid, "SIGKILL");
    await ended;
  };
  const until = Date.now() + PATIENCE_MS;
  for (const port of ports)
    while (!(await isHealthy(port))) {
      if (gone || Date.now() > until) {
        await stop();
        throw new Error(
          `The model servers did not start. Their log:\n${readFileSync(log, "utf8").slice(-4_000)}`,
        );
      }
      await sleep(100);
    }
  const [one, other] = ports.map((port) => ({ url: `http://127.0.0.1:${port}/v1`, model }));
  return { one: one!, other: other!, stop };
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
