/** A place in a text; lines and columns from 1. */
export interface TextPlace {
  line: number;
  column: number;
}

/** Bytes that are no text in UTF-8. */
export class NotUtf8 extends Error {
  readonly place: TextPlace;

  constructor(message: string, place: TextPlace) {
    super(message);
    this.place = place;
  }
}

/** The text of a file in UTF-8; a byte order mark stays. Throws NotUtf8 with the place of the first byte that is not, and what to do. */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const wrong = firstWrong(bytes);
    const place = placeOf(bytes, wrong);
    const mark = Buffer.from(bytes.subarray(0, 2)).toString("hex");
    if (mark === "fffe" || mark === "feff")
      throw new NotUtf8(`'${file}' is UTF-16. Save it as UTF-8.`, { line: 1, column: 1 });
    const byte = bytes[wrong]!.toString(16).toUpperCase();
    throw new NotUtf8(
      `'${file}' is not UTF-8: line ${place.line} has the byte 0x${byte} at column ${place.column}, as Latin-1 or Windows-1252 would have it. Save the file as UTF-8.`,
      place,
    );
  }
}

/** Offset of the first byte that a reader would replace. */
function firstWrong(bytes: Uint8Array): number {
  const read = Buffer.from(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  let at = read.findIndex((byte, index) => byte !== bytes[index]);
  // What it was replaced by may begin like it.
  while (at > 0 && (read[at]! & 0xc0) === 0x80) at--;
  return at < 0 ? 0 : at;
}

function placeOf(bytes: Uint8Array, offset: number): TextPlace {
  const before = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, offset));
  const lines = before.split(/\r\n|\n|\r/);
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}
