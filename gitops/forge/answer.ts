import { printable } from "../words/escape.ts";
import { ForgeError } from "./forge.ts";

/** A value of a forge's JSON, read field by field. What is not as documented is refused, with its place. */
export class Answer {
  readonly #value: unknown;
  readonly #place: string;

  constructor(value: unknown, place: string) {
    this.#value = value;
    this.#place = place;
  }

  at(field: string): Answer {
    const value = this.#value;
    if (value === null || typeof value !== "object" || Array.isArray(value)) throw this.#not("an object");
    return new Answer(
      Object.hasOwn(value, field) ? (value as Record<string, unknown>)[field] : undefined,
      `${this.#place}.${field}`,
    );
  }

  get absent(): boolean {
    return this.#value === null || this.#value === undefined;
  }

  text(): string {
    if (typeof this.#value !== "string") throw this.#not("a text");
    return this.#value;
  }

  /** A text, or "" where there is none. */
  optionalText(): string {
    return this.absent ? "" : this.text();
  }

  /** A whole number from 0. */
  count(): number {
    const value = this.#value;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
      throw this.#not("a whole number");
    return value;
  }

  flag(): boolean {
    if (typeof this.#value !== "boolean") throw this.#not("true or false");
    return this.#value;
  }

  sha(): string {
    const text = this.text();
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) throw this.#not("a commit");
    return text;
  }

  items(): Answer[] {
    if (!Array.isArray(this.#value)) throw this.#not("a list");
    return this.#value.map((item, index) => new Answer(item, `${this.#place}[${index}]`));
  }

  #not(what: string): ForgeError {
    const seen = this.#value === undefined ? "nothing" : (JSON.stringify(this.#value) ?? typeof this.#value);
    return new ForgeError(
      "refused",
      `The forge's answer cannot be read: ${this.#place} is not ${what} but ${printable(seen, 60)}.`,
    );
  }
}
