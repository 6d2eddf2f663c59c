import { readFileSync } from "node:fs";
import path from "node:path";
import { decodeUtf8 } from "../../core/decode.ts";
import { confinedPlace } from "./confine.ts";

/**
 * Reads the files that a recipe names, by paths that count from `folder`; `confine` is a folder outside of which none is read, or
 * null. Throws an Error that says why a file cannot be had.
 */
export const reader =
  (folder: string, confine: string | null) =>
  (file: string): string => {
    const place = confinedPlace(path.resolve(folder, file), file, confine);
    try {
      return decodeText(readFileSync(place), file);
    } catch (error) {
      throw new Error(reasonOf(error, place, file), { cause: error });
    }
  };

/** The text of a file that is called `file`. Throws an Error for bytes that are no text. */
export function decodeText(bytes: Buffer, file: string): string {
  // UTF-16 has many, and says in its first bytes what it is.
  if (bytes.includes(0) && bytes[0] !== 0xff && bytes[0] !== 0xfe)
    throw new Error(`'${file}' is a binary file.`);
  return decodeUtf8(bytes, file);
}

function reasonOf(error: unknown, place: string, file: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return `There is no file '${file}'.`;
    case "EISDIR":
      return `'${file}' is a directory; give the path of a recipe file.`;
    case "EACCES":
      return `'${file}' may not be read.`;
    case "ERR_FS_FILE_TOO_LARGE":
    case "ERR_STRING_TOO_LONG":
      return `'${file}' is too large for a recipe.`;
    case undefined:
      return message;
    default:
      return `'${file}' cannot be read: ${message.replace(place, () => file)}.`;
  }
}
