import { mkdir, open, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { validateReply } from "../../compiler/validators.ts";
import type { RecordedReply } from "../../schemas/generated/recorded-reply.ts";
import { linesOf, readJsonLines, writeWhole } from "../../store/files.ts";
import { StepFailure } from "../step-failure.ts";

export const CASSETTE = "cassette.jsonl";

const keyOf = ({ request, ask }: Pick<RecordedReply, "request" | "ask">): string => `${request} ${ask}`;

/** Replies by what was asked. One that was paid for is on the disk before it counts. */
export class Cassette {
  readonly #file: string | null;
  readonly #replies: Map<string, RecordedReply>;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string | null, replies: readonly RecordedReply[]) {
    this.#file = file;
    this.#replies = new Map(replies.map((reply) => [keyOf(reply), reply]));
  }

  /** The cassette that a step records to, over its attempts. */
  static async record(folder: string): Promise<Cassette> {
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, CASSETTE);
    const replies = await readJsonLines<RecordedReply>(file);
    // Without a line that was torn: it would swallow the next one.
    await writeWhole(file, linesOf(replies));
    return new Cassette(file, replies);
  }

  /** A cassette to replay: a file, or a folder that holds one. A line that is not as its schema says fails the step. */
  static async replay(place: string): Promise<Cassette> {
    const folder = (await stat(place).catch(() => null))?.isDirectory() ?? false;
    const file = folder ? path.join(place, CASSETTE) : place;
    const text = await readFile(file, "utf8").catch(() => {
      throw new StepFailure("data", `The cassette has no ${path.basename(file)}.`);
    });
    const validate = validateReply();
    const replies = text.split("\n").flatMap((line, index) => {
      if (line.trim() === "") return [];
      const reply = parsed(line);
      if (validate(reply)) return [reply];
      const [first] = validate.errors ?? [];
      const what = `${first?.instancePath.slice(1) || "the line"} ${first?.message ?? "is wrong"}`;
      throw new StepFailure(
        "data",
        `${path.basename(file)}:${index + 1}: ${what}. It must be a recorded reply.`,
      );
    });
    return new Cassette(null, replies);
  }

  get replies(): RecordedReply[] {
    return [...this.#replies.values()];
  }

  get(request: string, ask: number): RecordedReply | undefined {
    return this.#replies.get(keyOf({ request, ask }));
  }

  /** Adds a reply, for good. */
  async add(reply: RecordedReply): Promise<void> {
    const before = this.#writing;
    this.#writing = (async () => {
      await before.catch(() => {});
      const file = await open(this.#file!, "a");
      try {
        await file.appendFile(linesOf([reply]));
        await file.datasync();
      } finally {
        await file.close();
      }
    })();
    await this.#writing;
    this.#replies.set(keyOf(reply), reply);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
