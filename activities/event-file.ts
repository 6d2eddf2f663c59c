import { appendJsonLine } from "../store/files.ts";
import type { TrainerEvent } from "../schemas/generated/trainer-event.ts";

type WithoutTime<T> = T extends unknown ? Omit<T, "time"> : never;

/** Appends to a step's event file, in the trainer's format. */
export class EventFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async write(event: WithoutTime<TrainerEvent>): Promise<void> {
    await appendJsonLine(this.path, { ...event, time: Date.now() / 1000 });
  }
}
