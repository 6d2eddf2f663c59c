import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import os from "node:os";
import { createInterface } from "node:readline";
import type { Socket } from "node:net";
import { defectsOf } from "../../schemas/schema-defects.ts";
import type { TrainerHost as Says } from "../../schemas/generated/trainer-host.ts";
import { validateHostSays } from "../../schemas/validators.ts";
import { identify, isAlive } from "../../store/processes.ts";
import { MARK, markFor } from "../../store/step-processes.ts";
import type { ChildEnd, Forked } from "../run-child.ts";

/** What a host is begun with; all of its steps' processes have it alike. */
export interface HostRequest {
  python: string;
  /** All variables, but for the mark. */
  environment: Readonly<Record<string, string>>;
  reproducible: string;
}

/** A step to begin. */
export interface ForkRequest {
  job: string;
  /** Null for this process's own. */
  folder: string | null;
  log: string;
  mark: string;
}

export interface HostEnd {
  why: string;
  /** Somebody's doing, which says nothing of another one. */
  killed: boolean;
}

/** How long it may take until it is heard of, has loaded the libraries, and has begun a step. */
const UP_MS = 30_000;
const READY_MS = 240_000;
const BEGUN_MS = 10_000;
// After so long a process that has ended, and is not told of, makes its host count as lost.
const UNTOLD_MS = 15_000;
const LOOK_MS = 1_000;
const END_MS = 2_000;

// For the command of a step, as far as others see it.
const ROOM = 512;

/** A Python process that has loaded the trainers' libraries, and forks a process for each step that it is asked for. */
export class PythonHost {
  /** Null when it can be asked; in words why it cannot. */
  readonly ready: Promise<string | null>;
  /** Resolves when it is over. */
  readonly over: Promise<HostEnd>;
  readonly pid: number | undefined;
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  #steps = 0;
  /** Why it can be asked no more. */
  #shut: string | undefined;
  #lost = false;
  #tellReady: (why: string | null) => void = () => {};
  #tellOver: (end: HostEnd) => void = () => {};
  #timer: NodeJS.Timeout;
  readonly #beginning = new Map<number, (answer: number | string) => void>();
  readonly #running = new Map<number, (end: ChildEnd) => void>();

  constructor({ python, environment, reproducible }: HostRequest) {
    this.ready = new Promise((resolve) => (this.#tellReady = resolve));
    this.over = new Promise((resolve) => (this.#tellOver = resolve));
    const command = ["-m", "reprise_trainer.host", "3", reproducible, " ".repeat(ROOM)];
    this.#child = spawn(python, command, {
      // Each step's process writes its own mark in the place of this one.
      env: { ...environment, [MARK]: markFor(randomUUID()) },
      stdio: ["ignore", "ignore", "ignore", "pipe"],
      detached: true,
    });
    this.pid = this.#child.pid;
    this.#channel = this.#child.stdio[3] as Socket;
    this.#child.once("error", (error) => this.#lose(error.message));
    this.#child.once("exit", (code, signal) =>
      this.#lose(`it ended (${signal ?? `exit code ${code}`})`, this.#shut !== undefined || signal !== null),
    );
    this.#channel.on("error", () => {});
    createInterface({ input: this.#channel }).on("line", (line) => this.#hear(line));
    this.#timer = this.#within(UP_MS, "it was not heard of");
    this.#hold(false);
  }

  /** Steps whose processes run, or are about to. */
  get busy(): boolean {
    return this.#running.size > 0 || this.#beginning.size > 0;
  }

  /** Begins a step, or says why it was not begun. */
  async begin(request: ForkRequest): Promise<Forked | string> {
    if (this.#shut !== undefined) return this.#shut;
    const step = ++this.#steps;
    this.#hold(true);
    const answered = new Promise<number | string>((resolve) => this.#beginning.set(step, resolve));
    // Here already: it may end before anybody asks how.
    const ended = new Promise<ChildEnd>((resolve) => this.#running.set(step, resolve));
    this.#channel.write(`${JSON.stringify({ step, ...request, mark: markFor(request.mark) })}\n`);
    const late = this.#within(BEGUN_MS, "it did not answer");
    const answer = await answered;
    clearTimeout(late);
    if (typeof answer === "string") {
      this.#running.delete(step);
      this.#rest();
      return answer;
    }
    this.#watch(answer, step);
    return { pid: answer, ended };
  }

  /** Lets it end; steps of it that run end with it. */
  end(): void {
    if (this.#shut !== undefined) return;
    this.#shut = "it was ended";
    this.#tellReady(this.#shut);
    this.#channel.end();
    this.#within(END_MS, this.#shut);
  }

  #hear(line: string): void {
    const heard = read(line);
    if (typeof heard === "string") return this.#lose(heard);
    switch (heard.says) {
      case "up":
        clearTimeout(this.#timer);
        this.#timer = this.#within(READY_MS, "loading the libraries took too long");
        return undefined;
      case "ready":
        clearTimeout(this.#timer);
        return this.#tellReady(null);
      case "unfit":
        return this.#lose(heard.why);
      case "begun":
        return this.#answer(heard.step, heard.pid);
      case "refused":
        return this.#answer(heard.step, heard.why);
      case "ended":
        return this.#tellEnd(heard.step, endOf(heard.code));
    }
  }

  #answer(step: number, answer: number | string): void {
    const tell = this.#beginning.get(step);
    if (tell === undefined) return this.#lose(`it told of step ${step}, which nobody asked for`);
    this.#beginning.delete(step);
    tell(answer);
  }

  #tellEnd(step: number, end: ChildEnd): void {
    const tell = this.#running.get(step);
    if (tell === undefined) return this.#lose(`it told the end of step ${step}, which was not running`);
    this.#running.delete(step);
    tell(end);
    this.#rest();
  }

  /** A host that is stopped tells nothing: its step's end is seen from here. */
  #watch(pid: number, step: number): void {
    const leader = identify(pid);
    let seen = Date.now();
    const timer = setInterval(() => {
      if (!this.#running.has(step)) return clearInterval(timer);
      if (leader !== undefined && isAlive(leader)) seen = Date.now();
      else if (Date.now() - seen > UNTOLD_MS) this.#lose("it did not tell that a step had ended");
    }, LOOK_MS);
    timer.unref();
  }

  #within(milliseconds: number, otherwise: string): NodeJS.Timeout {
    return setTimeout(() => this.#lose(otherwise), milliseconds).unref();
  }

  /** It is over, or not to be trusted: its steps' processes die with it. */
  #lose(why: string, killed = this.#shut !== undefined): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#shut ??= why;
    clearTimeout(this.#timer);
    this.#child.kill("SIGKILL");
    this.#channel.destroy();
    this.#tellReady(why);
    for (const tell of this.#beginning.values()) tell(why);
    for (const tell of this.#running.values()) tell({ how: "signal", signal: "SIGKILL" });
    this.#beginning.clear();
    this.#running.clear();
    this.#hold(false);
    this.#tellOver({ why, killed });
  }

  #rest(): void {
    if (!this.busy) this.#hold(false);
  }

  /** Whether this process has to stay for it. */
  #hold(stay: boolean): void {
    for (const part of [this.#child, this.#channel]) {
      if (stay) part.ref();
      else part.unref();
    }
  }
}

function read(line: string): Says | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return `it said '${line.slice(0, 80)}', which is no JSON`;
  }
  const why = defectsOf(validateHostSays(), value);
  return why.length === 0 ? (value as Says) : `it said what is not known: ${why.join("; ")}`;
}

const SIGNALS = new Map(Object.entries(os.constants.signals).map(([name, number]) => [number, name]));

const endOf = (code: number): ChildEnd =>
  code < 0 ? { how: "signal", signal: SIGNALS.get(-code) ?? "unknown" } : { how: "exit", code };
