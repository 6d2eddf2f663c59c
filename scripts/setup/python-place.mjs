// What an environment's own note says. Only Node's own modules: it is looked at before anything is installed.
import path from "node:path";
import { readJson } from "./places.mjs";

export const noteOf = (place) => path.join(place, "complete.json");

export const programsIn = (place) => ({
  python: path.join(place, "bin", "python"),
  ffmpeg: path.join(place, readJson(noteOf(place)).ffmpeg ?? "none"),
});

/** Whether what the trainers import is kept compiled beside this Python, as far as we know. */
export const isCompiled = (python) =>
  !python || readJson(noteOf(path.dirname(path.dirname(python)))).compiled !== false;
