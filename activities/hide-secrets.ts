import { Transform, type TransformCallback } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { formsOf } from "./secret-forms.ts";

const SHOWN = "[secret]";
// A line that may go on with a secret is kept whole for a moment: another stream must not write into its middle.
const WHOLE_LINE_MS = 200;

interface Matcher {
  any: RegExp;
  forms: readonly string[];
}

const matchers = new WeakMap<readonly string[], Matcher | null>();

function matcherOf(secrets: readonly string[]): Matcher | null {
  const known = matchers.get(secrets);
  if (known !== undefined) return known;
  const forms = formsOf(secrets);
  const any = forms.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|]/g, (mark) => `\\${mark}`)).join("|");
  const made = forms.length === 0 ? null : { any: new RegExp(any, "g"), forms };
  matchers.set(secrets, made);
  return made;
}

/** A text without the given secrets, in whatever form of `formsOf` they stand in it. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  const matcher = matcherOf(secrets);
  return matcher === null ? text : text.replaceAll(matcher.any, SHOWN);
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
    const from = beginningOfSecret(text, matcherOf(this.#secrets));
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

/** Where a text's end begins that may be the beginning of a secret; its length if there is none. */
function beginningOfSecret(text: string, matcher: Matcher | null): number {
  if (matcher === null) return text.length;
  const { any, forms } = matcher;
  const matches = [...text.matchAll(any)].map(({ index, 0: match }) => ({
    from: index,
    to: index + match.length,
  }));
  let next = 0;
  for (let at = Math.max(0, text.length - forms[0]!.length + 1); at < text.length; at++) {
    while (next < matches.length && matches[next]!.to <= at) next++;
    const inside = next < matches.length && matches[next]!.from < at;
    if (inside) at = matches[next]!.to - 1;
    else if (forms.some((form) => form.length > text.length - at && form.startsWith(text.slice(at))))
      return at;
  }
  return text.length;
}
