import type { Fault, LineFault } from "./faults.ts";

/** A line of a text file; numbers are from 1. */
export interface TextLine {
  number: number;
  text: string;
}

const BYTES = (text: string): number[] => [...Buffer.from(text, "latin1")];
const NO_TEXT: [begins: number[], what: string][] = [
  [[0x1f, 0x8b], "it is packed with gzip: unpack it"],
  [[0x28, 0xb5, 0x2f, 0xfd], "it is packed with zstd: unpack it"],
  [BYTES("BZh"), "it is packed with bzip2: unpack it"],
  [[0xfd, ...BYTES("7zXZ")], "it is packed with xz: unpack it"],
  [BYTES("PK\x03\x04"), "it is a ZIP archive or a spreadsheet: give the text file"],
  [BYTES("PAR1"), "it is a Parquet file: write one JSON object a line"],
  [BYTES("version https://git-lfs.github.com/"), "it is a Git LFS pointer, not the file: run `git lfs pull`"],
  [[0xff, 0xfe, 0, 0], "it is UTF-32: save it as UTF-8"],
  [[0, 0, 0xfe, 0xff], "it is UTF-32: save it as UTF-8"],
];

const whole = (text: string): LineFault => ({ line: null, cause: text, text });

/**
 * The lines of a file: UTF-8 with or without a byte order mark, or UTF-16 with one; ended by LF, CR LF or CR. What is no
 * such text is a fault, with its line, never a text with replaced characters.
 */
export function textLines(bytes: Buffer): { lines: TextLine[]; faults: LineFault[] } {
  const other = NO_TEXT.find(([begins]) => begins.every((byte, index) => bytes[index] === byte));
  if (other !== undefined) return { lines: [], faults: [whole(`${other[1]}.`)] };
  const mark = bytes.subarray(0, 2).toString("hex");
  if (mark === "fffe" || mark === "feff") return fromUtf16(bytes, mark === "fffe" ? "utf-16le" : "utf-16be");
  if (bytes.length > 1 && (bytes[0] === 0) !== (bytes[1] === 0))
    return {
      lines: [],
      faults: [whole("it looks like UTF-16 without a byte order mark: save it as UTF-8.")],
    };
  const [lines, faults]: [TextLine[], LineFault[]] = [[], []];
  let number = 0;
  for (let start = 0; start < bytes.length;) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed === -1 ? bytes.length : feed;
    const read = decodeLine(bytes.subarray(start, end));
    start = end + 1;
    if ("fault" in read) faults.push({ line: ++number, ...read.fault });
    else for (const text of read.text.split("\r")) lines.push({ number: ++number, text });
  }
  return { lines, faults };
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The text of a line's bytes, without the CR that may end it; or that it is no UTF-8. */
export function decodeLine(line: Buffer): { text: string } | { fault: Fault } {
  try {
    return { text: UTF8.decode(line).replace(/\r$/, "") };
  } catch {
    return { fault: { cause: "utf-8", text: notUtf8(line) } };
  }
}

function fromUtf16(bytes: Buffer, encoding: string): { lines: TextLine[]; faults: LineFault[] } {
  try {
    const texts = new TextDecoder(encoding, { fatal: true }).decode(bytes).split(/\r\n|\r|\n/);
    return { lines: texts.map((text, index) => ({ number: index + 1, text })), faults: [] };
  } catch {
    return {
      lines: [],
      faults: [whole("it begins as UTF-16, but is no valid UTF-16: save it as UTF-8.")],
    };
  }
}

function notUtf8(line: Buffer): string {
  const before = new TextDecoder("utf-8", { ignoreBOM: true }).decode(line).split("\uFFFD", 1)[0]!;
  const byte = line[Buffer.byteLength(before)] ?? 0;
  return `the line is not UTF-8: byte 0x${byte.toString(16).toUpperCase()} at column ${before.length + 1}, as Latin-1 or Windows-1252 would have it. Save the file as UTF-8.`;
}
