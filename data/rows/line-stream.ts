import { createReadStream } from "node:fs";

/** The lines of a file as bytes, one after the other, without the line feed; a file of any size takes the memory of one line. */
export async function* linesOfFile(file: string): AsyncGenerator<Buffer> {
  let open: Buffer[] = [];
  for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = piece.indexOf(0x0a); end !== -1; end = piece.indexOf(0x0a, start)) {
      yield open.length === 0
        ? piece.subarray(start, end)
        : Buffer.concat([...open, piece.subarray(start, end)]);
      open = [];
      start = end + 1;
    }
    if (start < piece.length) open.push(piece.subarray(start));
  }
  if (open.length > 0) yield Buffer.concat(open);
}
