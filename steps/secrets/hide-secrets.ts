import { Transform, type TransformCallback } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { formsOf } from "./secret-forms.ts";
import { TextSearch } from "./text-search.ts";

const SHOWN = "[secret]";
// A line that may go on with a secret is kept whole for a moment: another stream must not write into its middle.
const WHOLE_LINE_MS = 200;

const searches = new WeakMap<readonly string[], TextSearch>();

/** Secrets may be long and of many lines: one pattern of all their forms would be more than an engine takes. */
function searchOf(secrets: readonly string[]): TextSearch {
  const known = searches.get(secrets);
  if (known !== undefined) return known;
  const made = new TextSearch(formsOf(secrets));
  searches.set(secrets, made);
  return made;
}

/** A text without the given secrets, in whatever form of `formsOf` they stand in it. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  let [shown, end] = ["", 0];
  for (const { from, to } of searchOf(secrets).find(text)) {
    shown += text.slice(end, from) + SHOWN;
    end = to;
  }
  return shown + text.slice(end);
}

/**
 * Hides secrets in a stream of text, also where one is cut in two by the pieces that arrive. Only what may be the beginning of
 * a secret is held back.
 */
export class HideSecrets extends Transform {
  readonly #secrets: readonly string[];
  readonly #decoder = new StringDecoder("utf8");
  /** What may be the beginning of a secret. */
  #held = "";
  /** The line before it, without secrets. */
  #line = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(secrets: readonly string[]) {
    super();
    this.#secrets = secrets;
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const text = this.#held + this.#decoder.write(piece);
    const from = searchOf(this.#secrets).unfinished(text);
    this.#held = text.slice(from);
    const shown = this.#line + hideSecrets(text.slice(0, from), this.#secrets);
    const whole = this.#held === "" ? shown.length : shown.lastIndexOf("\n") + 1;
    this.#line = shown.slice(whole);
    if (this.#line !== "") this.#timer ??= setTimeout(() => this.#showLine(), WHOLE_LINE_MS);
    done(null, shown.slice(0, whole));
  }

  override _flush(done: TransformCallback): void {
    clearTimeout(this.#timer);
    done(null, this.#line + hideSecrets(this.#held + this.#decoder.end(), this.#secrets));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    done(error);
  }

  #showLine(): void {
    this.#timer = undefined;
    if (this.#line !== "") this.push(this.#line);
    this.#line = "";
  }
}
