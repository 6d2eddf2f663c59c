import { counted } from "../schemas/counted.ts";

/** How many replies to open questions there are; empty where none were counted. */
export const repliesGiven = ({ empty, samples = 0, error = 0 }: Readonly<Record<string, number>>): string =>
  empty === undefined ? "" : counted(samples - error, "reply");
