import { tailOf } from "../../programs/run-child.ts";
import { outOfMemoryKills } from "../../programs/run-program.ts";
import { StepFailure } from "../../core/step-failure.ts";
import { Cutter, type Answer, type Ask, type CutterRequest, type Gone } from "./cutter.ts";

/** Of each process, how many answers may wait to be put away: a disk may take longer for one than a process does. */
const MOST_TAKING = 16;

/** A place for one process at a time, which does one thing after the other. */
interface Member {
  cutter: Cutter | undefined;
}

/**
 * Processes that look at clips and cut them, side by side. A clip on which a process dies is tried once more by a fresh one,
 * which nothing before can have spoilt; a second death is the clip's. A second SIGKILL fails the step: who sends it is not known.
 */
export class Crew {
  readonly #request: CutterRequest;
  readonly #stop = new AbortController();
  readonly #members: Member[];

  constructor(size: number, request: CutterRequest) {
    this.#request = { ...request, signal: AbortSignal.any([request.signal, this.#stop.signal]) };
    this.#members = Array.from({ length: size }, () => ({ cutter: undefined }));
  }

  /** Starts the first process, which loads its libraries while there is nothing to ask yet. */
  begin(): void {
    const [member] = this.#members;
    if (member !== undefined) member.cutter ??= new Cutter(this.#request);
  }

  /**
   * Asks for each video what `askFor` says, whatever becomes of a process, and gives the answers to `take`: some are put away
   * while the next is made. What `take` throws ends the crew. None is being put away any more when this ends.
   */
  async onEach<T extends Ask>(
    videos: readonly string[],
    askFor: (video: string) => T,
    take: (video: string, answer: Answer, ask: T) => Promise<void>,
  ): Promise<void> {
    const queue = [...videos];
    const loop = async (member: Member): Promise<void> => {
      const taking: Promise<void>[] = [];
      try {
        for (let video = queue.shift(); video !== undefined; video = queue.shift()) {
          this.#request.signal.throwIfAborted();
          const ask = askFor(video);
          const answer = await this.#ask(member, video, ask);
          if (taking.length === MOST_TAKING) await taking.shift();
          const taken = take(video, answer, ask);
          taking.push(taken);
          // It is waited for above or below, and what others do by then is not needed.
          taken.catch((error: unknown) => this.#stop.abort(error));
        }
        await Promise.all(taking);
      } catch (error) {
        this.#stop.abort(error);
        throw error;
      } finally {
        await Promise.allSettled(taking);
      }
    };
    const loops = this.#members.slice(0, videos.length).map(loop);
    try {
      await Promise.all(loops);
    } finally {
      await Promise.allSettled(loops);
    }
  }

  /** Lets the processes end. */
  async end(): Promise<void> {
    await Promise.all(this.#members.map(async ({ cutter }) => cutter?.end()));
  }

  async #ask(member: Member, video: string, ask: Ask): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      member.cutter ??= new Cutter(this.#request);
      const killsBefore = outOfMemoryKills();
      const answer = await member.cutter.ask(ask);
      this.#request.signal.throwIfAborted();
      if (!("gone" in answer)) return answer;
      member.cutter = undefined;
      if (outOfMemoryKills() === killsBefore && answer.gone.signal === "SIGKILL" && !answer.gone.silent) {
        if (tries > 1) throw killedTwice(video);
        continue;
      }
      const why = await this.#reasonOf(answer, video);
      if (tries > 1 || answer.gone.silent) return { refused: why };
    }
  }

  /** Why a process ended on a clip; throws where it was not the clip. */
  async #reasonOf({ gone }: Gone, video: string): Promise<string> {
    const { code, signal, ready, silent } = gone;
    if (silent) return `decoding it made no progress for ${Math.round(this.#request.silence! / 1000)} s`;
    if (signal === "SIGKILL")
      throw new StepFailure("oom", `Memory ran out while '${video}' was cut. Run less beside this step.`);
    if (signal === "SIGTERM")
      throw new StepFailure("killed", `The frame cutter was ended by somebody (${signal}).`);
    if (ready) return `the decoder crashes on it (${signal ?? `exit code ${code}`})`;
    const tail = await tailOf(this.#request.log, 6);
    throw new StepFailure("environment", `The frame cutter could not be started. Its last lines:\n${tail}`);
  }
}

function killedTwice(video: string): StepFailure {
  const cause = "Nobody but a user or the system does that, most often because memory ran out";
  const advice =
    "Look at the machine's memory (the system's log names what it ended), run less beside this step, or leave the video out.";
  return new StepFailure(
    "exit",
    `The frame cutter was ended twice (SIGKILL) at '${video}'. ${cause}. ${advice}`,
  );
}
