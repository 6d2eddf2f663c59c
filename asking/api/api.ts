import { setMaxListeners } from "node:events";
import { appendFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import PQueue from "p-queue";
import pRetry from "p-retry";
import { agreeing, counted } from "../../schemas/counted.ts";
import type { ApiParams as Shared } from "../../schemas/generated/api.ts";
import type { RecordedReply } from "../../schemas/generated/recorded-reply.ts";
import { linesOf } from "../../store/files.ts";
import { hideSecrets } from "../../steps/secrets/hide-secrets.ts";
import { keptFolder } from "../../steps/resume.ts";
import { secretsOf } from "../../steps/secrets/secrets.ts";
import type { StepFailure } from "../../core/step-failure.ts";
import type { StepContext } from "../../steps/context.ts";
import { needsTokens, usedUp, type Budget } from "./budget.ts";
import { Cassette, CASSETTE } from "./cassette.ts";
import { UnusableReply, type Answer } from "./completion.ts";
import { allRefused, asksToWait, down, hopeless, notRecorded, overBudget, uncounted } from "./endings.ts";
import { apiMetrics } from "./metrics.ts";
import { ApiServer, type ChatRequest } from "./server.ts";
import { troubleOf, type Trouble } from "./trouble.ts";

type ApiParams = Omit<Shared, "cassette">;
type Limits = Required<Omit<NonNullable<ApiParams["limits"]>, "budget">> & { budget: Budget };

/** One asking of one question. */
export interface Asking {
  id: string;
  /** SHA-256 of what is asked. */
  request: string;
  /** Which asking of the same request, from 0. */
  ask: number;
  /** Put together only when it is sent: frames are large. */
  body: () => Promise<ChatRequest>;
}

/** A recorded reply, or why there is none to this question. */
export type Outcome = RecordedReply | { error: string };

const [SHORTEST_WAIT, LONGEST_WAIT, LONGEST_ASKED] = [500, 30_000, 60_000];
// So many refusals before the first reply: the request is wrong, not the question.
const REFUSALS = 10;
// What was paid for and is under way is waited for when the step ends.
const LAST_CALL = 5_000;
// A server's longer wait is told: else nothing is seen meanwhile.
const TOLD_WAIT = 5_000;

/** Asks a server within the limits of a step, and keeps every reply that was paid for. */
export class Api {
  readonly #context: StepContext;
  readonly #params: ApiParams & { limits: Limits };
  readonly #server: ApiServer;
  readonly #secrets: string[];
  readonly #kept: Cassette;
  readonly #given: Cassette | null;
  readonly #queue: PQueue;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #cut = new AbortController();
  /** The replies of this step, in the order in which they were needed. */
  readonly #used = new Map<string, RecordedReply>();
  /** What is being asked: two questions that ask the same share one reply. */
  readonly #pending = new Map<string, Promise<Outcome>>();
  #inFlight = 0;
  #asked = 0;
  #refused = 0;
  /** The words of each refusal that may be the key's, before the first reply. */
  readonly #forbidden: string[] = [];
  #lastTrouble = "see the step's log";
  #answered = 0;
  #lastReply = Date.now();
  /** What had a reply last. */
  #replied: Asking | undefined;
  #control: Promise<boolean> | undefined;
  #toldWait = false;

  private constructor(context: StepContext, kept: Cassette, given: Cassette | null) {
    this.#context = context;
    this.#params = context.step.params as unknown as ApiParams & { limits: Limits };
    const { limits, base_url } = this.#params;
    const secrets = secretsOf(context.step);
    this.#secrets = Object.values(secrets);
    this.#server = new ApiServer({
      baseUrl: base_url,
      key: secrets["OPENAI_API_KEY"] ?? "none",
      timeoutSeconds: limits.timeout_seconds,
    });
    this.#kept = kept;
    this.#given = given;
    this.#queue = new PQueue({
      concurrency: limits.concurrency,
      interval: 60_000 / limits.requests_per_minute,
      intervalCap: 1,
    });
    this.#signal = AbortSignal.any([context.signal, this.#stop.signal]);
    setMaxListeners(0, this.#signal, this.#cut.signal);
  }

  /** Does work with the API, and lets what is under way end afterwards. */
  static async with<T>(context: StepContext, work: (api: Api) => Promise<T>): Promise<T> {
    const kept = await Cassette.record(await keptFolder(context));
    const place = context.inputs["cassette"];
    const api = new Api(context, kept, place === undefined ? null : await Cassette.replay(place));
    const { length } = kept.replies;
    if (kept.unfit > 0)
      await context.events.write({
        event: "message",
        text: `${counted(kept.unfit, "kept reply")} ${agreeing(kept.unfit, "is not as its schema says, and is", "are not as their schema says, and are")} asked for again`,
      });
    if (length > 0) {
      await context.events.write({
        event: "message",
        text: `${counted(length, "reply")} ${agreeing(length, "is", "are")} kept from before`,
      });
      await context.events.write({ event: "resumed", done: length });
    }
    try {
      return await work(api);
    } finally {
      await api.#end();
    }
  }

  /** The reply to one asking: a recorded one, else the server's. */
  async ask(asking: Asking): Promise<Outcome> {
    const { cassette_use: use } = this.#params;
    const recorded = this.#given?.get(asking.request, asking.ask);
    const known = this.#kept.get(asking.request, asking.ask) ?? (use === "compare" ? undefined : recorded);
    if (known === undefined && !this.asksServer) throw notRecorded(asking);
    this.#asked++;
    if (known !== undefined) this.#replied ??= asking;
    const key = `${asking.request} ${asking.ask}`;
    const outcome = known ?? (await this.#askOnce(key, asking));
    if (!("error" in outcome)) this.#used.set(key, outcome);
    return outcome;
  }

  async #askOnce(key: string, asking: Asking): Promise<Outcome> {
    const pending = this.#pending.get(key) ?? this.#askServer(asking);
    this.#pending.set(key, pending);
    try {
      return await pending;
    } finally {
      if (this.#pending.get(key) === pending) this.#pending.delete(key);
    }
  }

  /** Whether what is not recorded is asked for. */
  get asksServer(): boolean {
    return this.#given === null || this.#params.cassette_use !== "replay";
  }

  /** Whether an asking has its reply without the server. */
  isRecorded({ request, ask }: Pick<Asking, "request" | "ask">): boolean {
    return (
      this.#kept.get(request, ask) !== undefined ||
      (this.#given?.get(request, ask) !== undefined && this.#params.cassette_use !== "compare")
    );
  }

  /** Writes the cassette of this step's replies, and gives what they took. Fails where no question has a reply. */
  async finish(folder: string): Promise<Record<string, number>> {
    const { base_url: server } = this.#params;
    const [forbidden] = this.#forbidden;
    // No reply ever came beside these.
    if (forbidden !== undefined && this.#answered === 0 && this.#kept.replies.length === 0)
      throw hopeless(server, forbidden);
    // In an order that does not hang on which reply came first.
    const replies = [...this.#used.values()].sort((a, b) =>
      a.id < b.id ? -1 : a.id > b.id ? 1 : a.ask - b.ask,
    );
    if (replies.length === 0 && this.#asked > 0) throw allRefused(server, this.#lastTrouble);
    const { model, date, limits, cassette_use: use } = this.#params;
    const compared = this.#given !== null && use === "compare";
    const { metrics, changes, notes } = apiMetrics({
      replies,
      paid: this.#kept.replies,
      spoilt: this.#kept.spoilt,
      before: compared ? this.#given : null,
      model,
      date,
      budget: limits.budget,
    });
    await writeFile(path.join(folder, CASSETTE), linesOf(replies));
    if (compared) await writeFile(path.join(folder, "changed.jsonl"), linesOf(changes));
    for (const text of notes) await this.#context.events.write({ event: "message", text });
    return metrics;
  }

  async #askServer(asking: Asking): Promise<Outcome> {
    const { attempts } = this.#params.limits;
    let [failures, unsure, answered] = [0, 0, this.#answered];
    /** A connection that cannot be had is no fault of the question, unless others get theirs. */
    const mayPass = async (trouble: Trouble | undefined): Promise<boolean> => {
      if (trouble?.means !== "passes") return false;
      if (trouble.answered || this.#answered > answered) failures++;
      else unsure++;
      answered = this.#answered;
      if (failures >= attempts) return false;
      const isSilent = this.#silent > this.#params.limits.give_up_seconds;
      if (failures + unsure >= attempts || isSilent) {
        const replies = await this.#repliesToOthers();
        if (replies && failures + unsure >= attempts) return false;
        // It kept a server waiting that is there: one more try is its last.
        if (replies) failures = attempts - 1;
        else if (isSilent) throw this.#giveUp(this.#down(trouble));
        unsure = 0;
      }
      await this.#wait(trouble);
      return true;
    };
    try {
      const options = { signal: this.#signal };
      return await pRetry(() => this.#queue.add(() => this.#once(asking), options), {
        ...options,
        shouldRetry: ({ error }) => mayPass(troubleOf(error)),
        onFailedAttempt: ({ error }) => this.#noteFailure(asking, error),
        ...{ retries: Number.POSITIVE_INFINITY, minTimeout: SHORTEST_WAIT, maxTimeout: LONGEST_WAIT },
        randomize: true,
      });
    } catch (error) {
      this.#signal.throwIfAborted();
      const trouble = troubleOf(error);
      if (trouble === undefined) throw this.#giveUp(error);
      return { error: this.#withoutSecrets(trouble.text) };
    }
  }

  /** One request. Its reply is kept before anybody sees it. */
  async #once(asking: Asking): Promise<RecordedReply> {
    const { id, request, ask } = asking;
    return this.#send(asking, async (answer) => {
      const reply: RecordedReply = { request, ask, id, asked: new Date().toISOString(), ...answer };
      await this.#kept.add(reply);
      this.#replied = asking;
      return reply;
    });
  }

  /** Whether the server replies at present: what had its reply is asked once more, for all who want to know at that time. */
  async #repliesToOthers(): Promise<boolean> {
    const asking = this.#replied;
    if (asking === undefined) return false;
    this.#control ??= this.#askAgain(asking).finally(() => (this.#control = undefined));
    return this.#control;
  }

  async #askAgain(asking: Asking): Promise<boolean> {
    const options = { signal: this.#signal, priority: 1 };
    const again = () => this.#send(asking, (answer) => this.#kept.spoil(answer));
    try {
      await this.#queue.add(again, options);
      await this.#log(asking, "asked again: the server replies");
      return true;
    } catch (error) {
      this.#signal.throwIfAborted();
      const trouble = troubleOf(error);
      if (trouble === undefined) throw this.#giveUp(error);
      await this.#log(asking, `asked again: ${this.#withoutSecrets(trouble.text)}`);
      return false;
    }
  }

  /** Sends one request within the budget, and keeps what was paid for. */
  async #send<T>(asking: Asking, keep: (answer: Answer) => Promise<T>): Promise<T> {
    const { budget } = this.#params.limits;
    const body = await asking.body();
    this.#signal.throwIfAborted();
    const limit = usedUp(this.#kept.spent, this.#inFlight, budget);
    if (limit !== null) throw this.#giveUp(overBudget(limit));
    this.#inFlight++;
    try {
      const { answer, counted: isCounted } = await this.#server.ask(body, this.#cut.signal);
      const kept = await keep(answer);
      this.#answered++;
      this.#lastReply = Date.now();
      if (!isCounted && !answer.filtered && needsTokens(budget))
        throw this.#giveUp(uncounted(this.#params.base_url));
      return kept;
    } catch (error) {
      if (error instanceof UnusableReply && error.spent !== null) await this.#kept.spoil(error.spent);
      throw error;
    } finally {
      this.#inFlight--;
    }
  }

  async #noteFailure(asking: Asking, error: unknown): Promise<void> {
    const trouble = troubleOf(error);
    if (trouble === undefined || this.#signal.aborted) return;
    const { base_url: server } = this.#params;
    const text = this.#withoutSecrets(trouble.text);
    this.#lastTrouble = text;
    await this.#log(asking, text);
    if (trouble.means === "hopeless") throw this.#giveUp(hopeless(server, text));
    // Where others get their replies it is this question's; where none does, the key's.
    if (trouble.means === "forbidden" && this.#forbidden.push(text) >= REFUSALS && this.#answered === 0)
      throw this.#giveUp(hopeless(server, text));
    if (trouble.means === "refused" && ++this.#refused >= REFUSALS && this.#answered === 0)
      throw this.#giveUp(allRefused(server, text));
  }

  async #log({ id }: Asking, text: string): Promise<void> {
    await appendFile(this.#context.log, `${new Date().toISOString()} ${id}: ${text}\n`);
  }

  /** Seconds since the last reply. */
  get #silent(): number {
    return (Date.now() - this.#lastReply) / 1000;
  }

  #down({ text }: Trouble): StepFailure {
    return down(this.#params.base_url, this.#withoutSecrets(text), this.#silent, this.#kept.replies.length);
  }

  /** Waits as long as the server asks, beside the growing wait between tries. */
  async #wait({ wait, text }: Trouble): Promise<void> {
    if (wait <= 0) return;
    if (wait >= TOLD_WAIT && !this.#toldWait) {
      this.#toldWait = true;
      const told = asksToWait(this.#params.base_url, this.#withoutSecrets(text), wait, LONGEST_ASKED);
      await this.#context.events.write({ event: "message", text: told });
    }
    await sleep(Math.min(wait, LONGEST_ASKED), undefined, { signal: this.#signal });
  }

  /** Ends all askings for the same reason. */
  #giveUp(reason: unknown): unknown {
    this.#stop.abort(reason);
    return reason;
  }

  async #end(): Promise<void> {
    this.#stop.abort(new Error("the step is over"));
    const cut = setTimeout(() => this.#cut.abort(), LAST_CALL);
    await this.#queue.onIdle();
    clearTimeout(cut);
  }

  readonly #withoutSecrets = (text: string): string => hideSecrets(text, this.#secrets);
}
