import type { Code } from "../schemas/diagnostic.ts";

/** A file that a recipe may not read: it lies outside the folder that it is confined to. */
export class OutsideError extends Error {}

/** The code of a file that could not be read: `usual`, or that of one that may not be. */
export const codeOfUnread = (error: unknown, usual: Code): Code =>
  error instanceof OutsideError ? "R0412" : usual;
