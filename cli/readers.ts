import process from "node:process";
import { EXIT } from "./errors.ts";

let onlyShows = false;
let lost: NodeJS.ErrnoException | null = null;

/** Says that this command has nothing left to do when nobody reads on, as of `logs -f | head`. */
export const endWithReader = (): void => {
  onlyShows = true;
};

/**
 * A reader that goes away (`| head`, `less`, a terminal) ends nothing: what is written to it is dropped, and the command goes
 * on to its own end and its own exit code.
 */
export function outliveReaders(): void {
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") lost = error;
    else if (onlyShows) process.exit(EXIT.done);
  });
}

/** Why standard output did not take what was written, of a reader that is still there: a full disk, say. */
export const lostOutput = (): NodeJS.ErrnoException | null => lost;
