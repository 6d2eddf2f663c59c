import { Transform, type TransformCallback } from "node:stream";
import { StringDecoder } from "node:string_decoder";

const SHOWN = "[secret]";

/** A text without the given secrets. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  // The longest first: one may be the beginning of another.
  const sorted = secrets.filter((secret) => secret !== "").sort((a, b) => b.length - a.length);
  if (sorted.length === 0) return text;
  const any = sorted.map((secret) => secret.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|");
  return text.replaceAll(new RegExp(any, "g"), SHOWN);
}

/** Hides secrets in a stream of text, also where one is cut in two by the pieces that arrive. */
export class HideSecrets extends Transform {
  readonly #secrets: readonly string[];
  readonly #keep: number;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  constructor(secrets: readonly string[]) {
    super();
    this.#secrets = secrets;
    this.#keep = Math.max(0, ...secrets.map(({ length }) => length)) - 1;
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const text = hideSecrets(this.#rest + this.#decoder.write(piece), this.#secrets);
    const end = Math.max(0, text.length - this.#keep);
    this.#rest = text.slice(end);
    done(null, text.slice(0, end));
  }

  override _flush(done: TransformCallback): void {
    done(null, hideSecrets(this.#rest + this.#decoder.end(), this.#secrets));
  }
}
