import { open } from "node:fs/promises";
import { appendJsonLine, readJsonLines } from "../store/files.ts";
import type { TrainerEvent } from "../schemas/generated/trainer-event.ts";

type WithoutTime<T> = T extends unknown ? Omit<T, "time"> : never;

/** Appends to a step's event file, in the trainer's format. */
export class EventFile {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Ends a line that a killed process left half written: it must not swallow the next one. */
  static async open(path: string): Promise<EventFile> {
    const handle = await open(path, "a+");
    try {
      const { size } = await handle.stat();
      const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
      if (size > 0 && buffer.toString() !== "\n") await handle.appendFile("\n");
    } finally {
      await handle.close();
    }
    return new EventFile(path);
  }

  async write(event: WithoutTime<TrainerEvent>): Promise<void> {
    await appendJsonLine(this.path, { ...event, time: Date.now() / 1000 });
  }

  /** What this attempt wrote, and those before it that made the same; not what an earlier plan of the run made. */
  async readOf(fingerprint: string): Promise<TrainerEvent[]> {
    const events = await readJsonLines<TrainerEvent>(this.path);
    const other = events.findLastIndex(
      (event) => event.event === "attempt" && event.fingerprint !== fingerprint,
    );
    const first = events.findIndex((event, index) => index > other && event.event === "attempt");
    return events.slice(first);
  }
}
