import type { Diagnostic } from "../schemas/diagnostic.ts";
import { evaluate, typeOf, type Lookup } from "./expression/evaluate.ts";
import { Reference, type Value } from "./expression/value.ts";
import { ExpressionError, explainError } from "./expression/expression-error.ts";
import { parseExpression, type Expression } from "./expression/parse-expression.ts";
import { splitText, type Inside } from "./expressions-in-text.ts";
import type { Layers, More } from "./layers.ts";
import type { Path } from "./mapping.ts";

const LONGEST = 1000;
// How other tools write a reference.
const HABITS = [
  /^\{\{\s*(.+?)\s*\}\}$/,
  /^\$\{\s*([^{}]+?)\s*\}$/,
  /^\$\(\s*([^()]+?)\s*\)$/,
  /^\$\.?((?:steps|inputs|matrix)\..+)$/,
  /^((?:steps|inputs|matrix)\.[\w.]+)$/,
];

/** Evaluates the `${{ }}` in a part of the recipe for one cell. */
export class Substitution {
  readonly #layers: Layers;
  readonly #lookup: Lookup;
  readonly diagnostics: Diagnostic[] = [];
  /** Paths, joined by slashes, whose expression could not be evaluated: nothing more is said of them. */
  readonly failed = new Set<string>();
  /** What was left as it is, because it is known only in the run; by path, joined by slashes. */
  readonly references = new Map<string, Reference>();

  constructor(layers: Layers, lookup: Lookup) {
    this.#layers = layers;
    this.#lookup = lookup;
  }

  /** A copy with every expression replaced by its value. A reference stays as the text it is. */
  value(value: unknown, path: Path): unknown {
    if (typeof value === "string") return this.#text(value, path);
    if (Array.isArray(value)) return value.map((item, index) => this.value(item, [...path, index]));
    if (typeof value !== "object" || value === null) return value;
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const inner = (value as Record<string, unknown>)[key];
      copy[key] = key.startsWith("x-") ? inner : this.value(inner, [...path, key]);
    }
    return copy;
  }

  /** A condition: an expression with or without `${{ }}`, or true or false. */
  condition(value: unknown, path: Path): boolean {
    if (typeof value === "boolean") return value;
    if (typeof value !== "string") return true;
    const whole = value.includes("${{")
      ? this.#text(value, path)
      : this.#evaluate({ inside: value, start: 0 }, value, path);
    if (this.failed.has(path.join("/")) || typeof whole === "boolean") return whole !== false;
    const message = `A condition is true or false; this is ${typeOf(whole as Value)}.`;
    this.#fail("R0207", path, message);
    return true;
  }

  #text(text: string, path: Path): unknown {
    if (!text.includes("${{")) {
      const meant = HABITS.map((habit) => habit.exec(text)?.[1]).find((inside) => inside !== undefined);
      if (meant === undefined) return text;
      const suggestion = `\${{ ${meant} }}`;
      this.#fail("R0206", path, `'${text}' is no reference. Did you mean '${suggestion}'?`, { suggestion });
      return text;
    }
    const parts = splitText(text);
    if (parts === null) {
      this.#fail("R0206", path, "An expression begins with ${{ and ends with }}; here the end is missing.");
      return text;
    }
    const [only] = parts;
    if (parts.length === 1 && typeof only === "object") {
      const value = this.#evaluate(only, text, path);
      return value instanceof Reference ? text : value;
    }
    return parts.map((part) => (typeof part === "string" ? part : this.#inText(part, text, path))).join("");
  }

  #inText(part: Inside, text: string, path: Path): string {
    const value = this.#evaluate(part, text, path);
    if (!(value instanceof Reference) && !Array.isArray(value)) return String(value);
    if (!this.failed.has(path.join("/"))) {
      const secret = value instanceof Reference && value.origin.from === "secret";
      this.#fail(secret ? "R0309" : "R0207", path, `${capital(typeOf(value))} cannot stand inside a text.`);
    }
    return "";
  }

  #evaluate(part: Inside, text: string, path: Path): Value | Reference {
    try {
      const value = evaluate(parsed(part.inside), this.#lookup);
      if (value instanceof Reference) this.references.set(path.join("/"), value);
      return value;
    } catch (error) {
      const { code, message, span, more } = explainError(error);
      this.#fail(code, path, message, { ...more, range: this.rangeWithin(path, text, part, span) });
      return null;
    }
  }

  /** Where a part of an expression stands, if the text can be followed: quotes and folding may hide it. */
  rangeWithin(
    path: Path,
    text: string,
    { inside, start }: Inside,
    [from, to]: readonly [number, number],
  ): More["range"] {
    const { source, range } = this.#layers.find(path);
    const raw = source.text.slice(...range);
    // The same expression may stand twice in a text.
    const before = text.slice(0, start).split(inside).length - 1;
    let found = raw.indexOf(inside);
    for (let skip = 0; skip < before && found >= 0; skip++) found = raw.indexOf(inside, found + 1);
    return found < 0 || inside === ""
      ? null
      : { source, range: [range[0] + found + from, range[0] + found + to] };
  }

  #fail(code: Diagnostic["code"], path: Path, message: string, more: More = {}): void {
    this.failed.add(path.join("/"));
    this.diagnostics.push(this.#layers.diagnostic(code, path, message, more));
  }
}

const known = new Map<string, Expression>();

function parsed(text: string): Expression {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (text.length > LONGEST)
    throw new ExpressionError("R0206", [0, 1], `An expression has at most ${LONGEST} characters.`);
  const expression = parseExpression(text);
  known.set(text, expression);
  return expression;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
