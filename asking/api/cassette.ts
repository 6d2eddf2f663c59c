import { mkdir, open, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { validateReply } from "../../schemas/validators.ts";
import type { RecordedReply } from "../../schemas/generated/recorded-reply.ts";
import { DOCUMENT_SCHEMAS } from "../../schemas/documents.ts";
import { linesOf, readJsonLines, writeWhole } from "../../store/files.ts";
import { explainErrors } from "../../data/rows/explain.ts";
import { tellFaults, type Fault, type LineFault } from "../../data/rows/faults.ts";
import { readRows } from "../../data/rows/read-rows.ts";
import { StepFailure } from "../../core/step-failure.ts";
import { spendingOf, withReply, type Spending } from "./budget.ts";
import { UnreadableReply, type Spent } from "./completion.ts";

export const CASSETTE = "cassette.jsonl";
/** What was paid for replies that could not be used: it counts in the budget. */
const SPOILT = "spoilt.jsonl";
const SEE = "It must have one recorded reply a line: see docs/evaluation.md.";

const keyOf = ({ request, ask }: Pick<RecordedReply, "request" | "ask">): string => `${request} ${ask}`;

/** Replies by what was asked. One that was paid for is on the disk before it counts. */
export class Cassette {
  readonly #folder: string | null;
  readonly #replies: Map<string, RecordedReply>;
  readonly #spoilt: Spent[];
  #spent: Spending;
  /** Kept lines that were no recorded replies, and are asked for again. */
  readonly unfit: number;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    folder: string | null,
    replies: readonly RecordedReply[],
    { spoilt = [], unfit = 0 }: { spoilt?: Spent[]; unfit?: number } = {},
  ) {
    this.#folder = folder;
    this.#replies = new Map(replies.map((reply) => [keyOf(reply), reply]));
    this.#spoilt = spoilt;
    this.#spent = spendingOf([...this.#replies.values(), ...spoilt]);
    this.unfit = unfit;
  }

  /** The cassette that a step records to, over its attempts. */
  static async record(folder: string): Promise<Cassette> {
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, CASSETTE);
    const kept = await readJsonLines<unknown>(file);
    const fits = validateReply();
    const replies = kept.filter((line): line is RecordedReply => fits(line));
    // Without a line that was torn: it would swallow the next one.
    await writeWhole(file, linesOf(replies));
    const spoilt = await readJsonLines<Spent>(path.join(folder, SPOILT));
    return new Cassette(folder, replies, { spoilt, unfit: kept.length - replies.length });
  }

  /**
   * A cassette to replay: a file, or a folder that holds one. A line that is not as its schema says, or a second reply to
   * the same asking, fails the step.
   */
  static async replay(place: string): Promise<Cassette> {
    const folder = (await stat(place).catch(() => null))?.isDirectory() ?? false;
    const file = folder ? path.join(place, CASSETTE) : place;
    const bytes = await readFile(file).catch(() => {
      throw new StepFailure("data", `The cassette has no ${path.basename(file)}.`);
    });
    const { rows, faults } = readRows<RecordedReply>(bytes, replyFaults);
    const first = new Map<string, { row: RecordedReply; line: number }>();
    for (const { row, line } of rows) {
      const before = first.get(keyOf(row));
      if (before === undefined) first.set(keyOf(row), { row, line });
      else if (before.row.reply !== row.reply)
        faults.push({
          ...{ line, cause: "asked twice" },
          text: `another reply to what was asked, '${row.id}', stands in line ${before.line}.`,
        } satisfies LineFault);
    }
    if (faults.length > 0) throw new StepFailure("data", tellFaults(path.basename(file), faults, SEE));
    return new Cassette(
      null,
      [...first.values()].map(({ row }) => row),
    );
  }

  get replies(): RecordedReply[] {
    return [...this.#replies.values()];
  }

  /** What was paid for, whether it could be used or not. */
  get spent(): Spending {
    return this.#spent;
  }

  get spoilt(): readonly Spent[] {
    return this.#spoilt;
  }

  get(request: string, ask: number): RecordedReply | undefined {
    return this.#replies.get(keyOf({ request, ask }));
  }

  /** Adds a reply, for good. Throws UnreadableReply for one that does not fit its schema. */
  async add(reply: RecordedReply): Promise<void> {
    const [fault] = replyFaults(reply);
    if (fault !== undefined)
      throw new UnreadableReply(`The server's reply cannot be recorded: ${fault.text}`, reply);
    await this.#append(CASSETTE, reply);
    this.#replies.set(keyOf(reply), reply);
    this.#spent = withReply(this.#spent, reply);
  }

  /** Notes what was paid for a reply that cannot be used. */
  async spoil({ input_tokens, output_tokens }: Spent): Promise<void> {
    await this.#append(SPOILT, { input_tokens, output_tokens });
    this.#spoilt.push({ input_tokens, output_tokens });
    this.#spent = withReply(this.#spent, { input_tokens, output_tokens });
  }

  async #append(name: string, line: object): Promise<void> {
    const before = this.#writing;
    this.#writing = (async () => {
      await before.catch(() => {});
      const file = await open(path.join(this.#folder!, name), "a");
      try {
        await file.appendFile(linesOf([line]));
        await file.datasync();
      } finally {
        await file.close();
      }
    })();
    await this.#writing;
  }
}

function replyFaults(line: object): Fault[] {
  const fits = validateReply();
  return fits(line) ? [] : explainErrors(fits.errors ?? [], DOCUMENT_SCHEMAS["recorded-reply"]);
}
