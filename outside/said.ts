import { setTimeout as sleep } from "node:timers/promises";
import { closest } from "../core/suggest.ts";
import { EventTail, type ReadEvents } from "../data/events/event-tail.ts";
import { hideSecrets } from "../steps/secrets/hide-secrets.ts";
import { tellFaults, type LineFault } from "../data/rows/faults.ts";
import { secretsOf } from "../steps/secrets/secrets.ts";
import { StepFailure } from "../core/step-failure.ts";
import type { StepContext } from "../steps/context.ts";

/** The metrics that a program may say; it must end with all those that are `needed`. */
export interface Declared {
  /** What declares them: `the recipe`. */
  by: string;
  names: readonly string[];
  has: (name: string) => boolean;
  needed: readonly string[];
}

const LOOK_MS = 2_000;
const ADVICE = "The step's result is not kept; docs/run-command.md says what a line must be.";

/** What this attempt's program says in its event file, read as it is written. */
export class Said {
  readonly #context: StepContext;
  readonly #declared: Declared | undefined;
  readonly #tail: EventTail;
  readonly #faults: LineFault[] = [];

  private constructor(context: StepContext, declared: Declared | undefined) {
    this.#context = context;
    this.#declared = declared;
    this.#tail = new EventTail(context.events.path);
  }

  /** Begins behind what stands in the file before the program starts. Without `declared` any metric may be said. */
  static async by(context: StepContext, declared: Declared | undefined): Promise<Said> {
    const said = new Said(context, declared);
    await said.#tail.rest();
    return said;
  }

  /**
   * Reads on while the program runs, which is given a signal that ends it at the first line that cannot be read rightly. `over` reads
   * the rest, also its last line: to be called when the program has ended, before anything else changes the file.
   */
  async listenTo<T>(run: (refused: AbortSignal, over: () => Promise<void>) => Promise<T>): Promise<T> {
    const [ended, refused] = [new AbortController(), new AbortController()];
    const listening = this.#listen(ended.signal, refused);
    // Awaited below; until then it must not end the process.
    listening.catch(() => {});
    const over = async () => {
      ended.abort();
      await listening;
      this.#take(await this.#tail.rest());
    };
    try {
      return await run(refused.signal, over);
    } finally {
      ended.abort();
      await listening;
    }
  }

  async #listen(ended: AbortSignal, refused: AbortController): Promise<void> {
    while (!ended.aborted) {
      this.#take(await this.#tail.read());
      if (this.#faults.length > 0) return refused.abort(this.#failure());
      await sleep(LOOK_MS, undefined, { signal: ended }).catch(() => {});
    }
  }

  /** Throws StepFailure for what the program wrote that cannot be read rightly. */
  check(): void {
    if (this.#faults.length > 0) throw this.#failure();
  }

  #take({ events, faults }: ReadEvents): void {
    this.#faults.push(...faults);
    for (const { row, line } of events) {
      if (row.event === "attempt")
        this.#faults.push({
          line,
          cause: "attempt",
          text: "the event 'attempt' is Reprise's own: a program must not write it.",
        });
      if (row.event === "metrics" && this.#declared !== undefined)
        this.#faults.push(
          ...undeclared(Object.keys(row.values), this.#declared).map((fault) => ({ ...fault, line })),
        );
    }
  }

  #failure(): StepFailure {
    const { step } = this.#context;
    const told = tellFaults(`${step.id}/events.jsonl`, this.#faults, ADVICE);
    return new StepFailure("data", hideSecrets(told, Object.values(secretsOf(step))));
  }
}

function undeclared(said: readonly string[], { by, names, has }: Declared) {
  return said
    .filter((name) => !has(name))
    .map((name) => {
      const near = closest(name, names);
      const hint =
        near === undefined ? `It declares: ${names.join(", ") || "none"}.` : `Did you mean '${near}'?`;
      return { cause: `undeclared ${name}`, text: `${by} declares no metric '${name}'. ${hint}` };
    });
}

/**
 * The last values of all metrics that the step's programs said, also those of attempts that were lost. What stands before a
 * line that a lost attempt left unreadable does not count: the line may have said something else.
 * Throws StepFailure when one is missing that is declared, or the file was written anew.
 */
export async function metricsOf(
  { events, print }: StepContext,
  declared: Declared | undefined,
): Promise<Record<string, number>> {
  const read = await events.readOf(print);
  if (read.events.length === 0)
    throw new StepFailure(
      "data",
      "The event file does not begin as Reprise left it: a program must append to it (mode 'a', or >>), never write it anew.",
    );
  const unreadable = Math.max(0, ...read.faults.map(({ line }) => line ?? 0));
  const metrics = new Map<string, number>();
  let dropped = false;
  for (const { row, line } of read.events) {
    if (row.event !== "metrics") continue;
    if (line < unreadable) dropped = true;
    else for (const [name, value] of Object.entries(row.values)) metrics.set(name, value);
  }
  if (dropped)
    await events.write({
      event: "message",
      text: `line ${unreadable} of the event file, of an earlier attempt, cannot be read: metrics said before it do not count`,
    });
  const missing = (declared?.needed ?? []).filter((name) => !metrics.has(name));
  if (missing.length > 0) {
    const named = missing.map((name) => `'${name}'`).join(", ");
    const said = metrics.size === 0 ? "It said none." : `It said: ${[...metrics.keys()].join(", ")}.`;
    throw new StepFailure(
      "data",
      `The program ended well, but said no metric ${named}, which ${declared!.by} declares. ${said}`,
    );
  }
  return Object.fromEntries(metrics);
}
