import type { IncomingMessage } from "node:http";

/** GitHub's are this large where a push has some thousand commits; those are found by polling. */
const LARGEST_BODY = 1024 * 1024;

/** The bytes of a request; null when they are too many. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Left early, the loop would end the connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

// Of what is refused, so much is let through: who is still sending when the connection closes does not hear why.
const MOST_DISCARDED = 8 * LARGEST_BODY;

/** Reads what is left of a request, and forgets it. Gives up, with the connection, on what is very long. */
export async function discard(request: IncomingMessage): Promise<void> {
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_DISCARDED) throw new Error("too long");
  }
}

/** Whether a request says that its body is larger than is read. */
export const saysTooLarge = ({ headers }: IncomingMessage): boolean =>
  Number(headers["content-length"] ?? 0) > LARGEST_BODY;

/** Only JSON as it is: forms are what browsers send to anybody, and packed bodies may be of any size. */
export const isPlainJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(headers["content-type"] ?? "") &&
  (headers["content-encoding"] ?? "identity") === "identity";
