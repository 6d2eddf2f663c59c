import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { KILLED_MS } from "../../store/step-processes.ts";
import type { FailureCode } from "../../core/step-failure.ts";
import type { FrameManifestLine } from "../../data/frames/manifest.ts";

/** What a step asks of each of its videos. */
interface Wish {
  frames: number;
  rule: string;
  size: unknown;
  /** Memory that one process may take for its data. */
  memory_bytes: number;
}

export type Ask = { look: string } | { cut: string; output: string; threads: number };

export type Answer =
  | { seen: true }
  | { cut: Omit<FrameManifestLine, "video" | "strip"> }
  | { refused: string }
  | { failed: { code: FailureCode; message: string } };

type Line = Answer | { ready: true } | { alive: true };

/** How a process ended that was not asked to; `silent` when it was ended because it gave no sign of life. */
export interface Gone {
  gone: { code: number | null; signal: NodeJS.Signals | null; ready: boolean; silent: boolean };
}

export interface CutterRequest {
  python: string;
  /** Folder that it runs in; this process's own without one. */
  cwd?: string;
  wish: Wish;
  environment: NodeJS.ProcessEnv;
  /** File that takes what the process writes to standard error. */
  log: string;
  /** Milliseconds without a sign of life after which it is ended; null for none. */
  silence: number | null;
  signal: AbortSignal;
}

/** One process of `reprise_trainer.frames`: it does one thing after the other, and ends when there is no more to do. */
export class Cutter {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown[]>;
  readonly #silence: number | null;
  /** Resolves when the process was killed and is still there: it waits in the kernel, as for a network disk. */
  readonly #stuck: Promise<unknown[]>;
  #tellKilled = () => {};
  #ready = false;

  constructor({ python, cwd, wish, environment, log, silence, signal }: CutterRequest) {
    const output = openSync(log, "a");
    this.#child = spawn(python, ["-m", "reprise_trainer.frames", JSON.stringify(wish)], {
      cwd,
      env: environment,
      stdio: ["pipe", "pipe", output],
    }) as ChildProcessByStdio<Writable, Readable, null>;
    closeSync(output);
    const killed = new Promise<void>((resolve) => (this.#tellKilled = resolve));
    this.#stuck = killed.then(() => sleep(KILLED_MS, []));
    // What it has half done is thrown away in any case.
    const kill = () => this.#kill();
    signal.addEventListener("abort", kill, { once: true });
    if (signal.aborted) kill();
    this.#silence = silence;
    this.#child.stdin.on("error", () => {});
    this.#child.on("error", () => {});
    const closed = once(this.#child, "close").catch(() => []);
    this.#ended = Promise.race([closed, this.#stuck]).finally(() =>
      signal.removeEventListener("abort", kill),
    );
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Asks for one thing, and waits for its answer, or for the end of the process. */
  async ask(ask: Ask): Promise<Answer | Gone> {
    this.#child.stdin.write(`${JSON.stringify(ask)}\n`);
    let silent = false;
    const onSilence = () => {
      silent = true;
      this.#kill();
    };
    const stuck = this.#stuck.then(() => ({ value: "", done: true }));
    for (;;) {
      const timer = this.#silence === null ? undefined : setTimeout(onSilence, this.#silence);
      const { value, done } = await Promise.race([this.#lines.next(), stuck]);
      clearTimeout(timer);
      if (done === true) break;
      const line = JSON.parse(value) as Line;
      if ("ready" in line) this.#ready = true;
      else if (!("alive" in line)) return line;
    }
    await this.#ended;
    const { exitCode: code, signalCode: signal } = this.#child;
    return { gone: { code, signal, ready: this.#ready, silent } };
  }

  #kill(): void {
    this.#child.kill("SIGKILL");
    this.#tellKilled();
  }

  /** Lets the process end: there is no more to ask. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }
}
