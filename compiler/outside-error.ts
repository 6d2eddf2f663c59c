import type { Code } from "../schemas/diagnostic.ts";

/** A file that a recipe may not read: it lies outside the folder that it is confined to, or `code` says why not. */
export class OutsideError extends Error {
  readonly code: Code;

  constructor(message: string, code: Code = "R0412") {
    super(message);
    this.code = code;
  }
}

/** The code of a file that could not be read: `usual`, or that of one that may not be. */
export const codeOfUnread = (error: unknown, usual: Code): Code =>
  error instanceof OutsideError ? error.code : usual;
