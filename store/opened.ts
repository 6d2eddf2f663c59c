import type { Objects } from "./objects.ts";

/** A store as its parts see it. */
export interface Opened {
  /** Folder of what is this machine's alone; what lies beside it may be named from there. */
  root: string;
  /** What hosts share. */
  objects: Objects;
}
