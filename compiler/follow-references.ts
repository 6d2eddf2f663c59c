import type { KindDefinition } from "../core/kind.ts";
import type { Kinds } from "../core/kinds.ts";
import type { ArtifactType } from "../schemas/artifact-types.ts";
import type { Diagnostic } from "../schemas/diagnostic.ts";
import type { InputSource } from "../schemas/plan.ts";
import { explainError } from "./expression/expression-error.ts";
import type { Reference } from "./expression/value.ts";
import type { Layers } from "./layers.ts";
import type { ResolvedStep } from "./resolved-step.ts";
import { findCell, sameCell, type Scope } from "./scope.ts";
import { outputsOf } from "./outputs.ts";
import type { Substitution } from "./substitute.ts";
import { isMapping, type Path } from "./mapping.ts";

const HUB_ID = /^[^@\s]+(?:@[^@\s]+)?$/;

/** Follows the references of one step, and collects what is wrong with them. */
export class ReferenceFollower {
  readonly #layers: Layers;
  readonly #scope: Scope;
  readonly #substitution: Substitution;
  readonly #resolved: ResolvedStep;
  readonly #diagnostics: Diagnostic[];

  constructor(
    layers: Layers,
    scope: Scope,
    substitution: Substitution,
    resolved: ResolvedStep,
    diagnostics: Diagnostic[],
  ) {
    this.#layers = layers;
    this.#scope = scope;
    this.#substitution = substitution;
    this.#resolved = resolved;
    this.#diagnostics = diagnostics;
  }

  /** A parameter that takes an artifact: where it comes from. */
  artifact(name: string, path: Path, text: string, accepted: readonly ArtifactType[]): void {
    const key = path.join("/");
    if (this.#substitution.failed.has(key)) return;
    const reference = this.#substitution.references.get(key);
    if (reference === undefined) {
      if (accepted.includes("hub") && !text.includes("{{")) {
        if (!HUB_ID.test(text)) {
          this.#add("R0104", path, `'${text}' is no id on the hub. Write <organisation>/<name>@<revision>.`);
          return;
        }
        this.#resolved.inputs[name] = { from: "hub", id: text };
        return;
      }
      const hint = "Write ${{ steps.<step>.outputs.<output> }} or ${{ inputs.<input> }}.";
      this.#add("R0206", path, `'${text}' is no reference. ${hint}`);
      return;
    }
    const { origin } = reference;
    if (origin.from === "secret") {
      this.#add(
        "R0309",
        path,
        `'${name}' takes ${namesOf(this.#scope.steps.kinds, accepted)}, not a secret.`,
      );
      return;
    }
    const type = this.#typeOf(origin);
    if (type !== undefined && !accepted.includes(type))
      this.#wrongType(name, path, text, reference, type, accepted);
    else this.#resolved.inputs[name] = origin;
    if (origin.from === "step") this.#resolved.after.set(origin.step, path);
  }

  #typeOf(origin: Exclude<Reference["origin"], { from: "secret" }>): ArtifactType | undefined {
    if (origin.from === "input") return (this.#scope.inputs[origin.input] as { type: ArtifactType }).type;
    const written = this.#scope.steps.cells.get(origin.step)?.written;
    if (written?.kind === undefined) return undefined;
    const declared = written.raw["with"];
    return outputsOf(this.#scope.steps.kinds, written.kind, isMapping(declared) ? declared : {})[
      origin.output
    ];
  }

  #wrongType(
    name: string,
    path: Path,
    text: string,
    reference: Reference,
    type: ArtifactType,
    accepted: readonly ArtifactType[],
  ) {
    const { origin } = reference;
    const related =
      origin.from === "step"
        ? {
            message: `'${origin.output}' comes from here`,
            path: [...this.#scope.steps.cells.get(origin.step)!.written.path, "uses"],
            at: "value" as const,
          }
        : { message: "the input is declared here", path: ["inputs", (origin as { input: string }).input] };
    const inside = text.slice(text.indexOf("${{") + 3, text.indexOf("}}"));
    const { kinds } = this.#scope.steps;
    const turning = accepted.flatMap((wanted) => kinds.turning(type, wanted) ?? [])[0];
    const hint = turning === undefined ? "" : ` ${turning.turns!.says}, with ${turning.name}.`;
    const message = `'${name}' takes ${namesOf(kinds, accepted)}, but this is ${wordsFor(kinds, type)}.${hint}`;
    const range = this.#substitution.rangeWithin(path, text, { inside, start: 0 }, reference.span) ?? null;
    this.#diagnostics.push(this.#layers.diagnostic("R0204", path, message, { range, related: [related] }));
  }

  /** Everything else under `with` takes values. */
  plainOnly(place: Path, inputs: Record<string, InputSource>): void {
    const { properties } = this.#resolved.kind!.schema;
    for (const [key, reference] of this.#substitution.references) {
      const path = key.split("/");
      const name = path[place.length]!;
      if (this.#substitution.failed.has(key)) continue;
      if (path.slice(0, place.length).join("/") !== place.join("/") || Object.hasOwn(inputs, name)) continue;
      const { "x-artifact": one, "x-artifacts": many } = Object.hasOwn(properties, name)
        ? properties[name]!
        : {};
      if (one !== undefined || many !== undefined) continue;
      const secret = reference.origin.from === "secret";
      const message = secret
        ? `'${name}' takes a value, and a secret's value stays out of the plan. Hand it to the program, by 'secrets'.`
        : `'${name}' takes a plain value; only parameters that take an artifact take such a reference.`;
      this.#add(secret ? "R0309" : "R0206", path, message);
    }
  }

  secrets(value: unknown, place: Path): void {
    if (!isMapping(value)) return;
    const { kind } = this.#resolved;
    const takes = kind === undefined ? undefined : secretsTaken(kind);
    const other = Object.keys(value).find((name) => takes !== undefined && !takes.includes(name));
    if (takes !== undefined && takes.length > 0 && other !== undefined)
      this.#add(
        "R0105",
        [...place, other],
        `A step of kind ${kind?.name} takes the secret ${takes.join(", ")} only.`,
      );
    if (takes?.length === 0) {
      this.#diagnostics.push(
        this.#layers.diagnostic(
          "R0105",
          place,
          `A step of kind ${kind?.name} runs no program that takes secrets.`,
          { at: "key" },
        ),
      );
    }
    for (const variable of Object.keys(value)) {
      const path = [...place, variable];
      const key = path.join("/");
      if (this.#substitution.failed.has(key)) continue;
      const origin = this.#substitution.references.get(key)?.origin;
      if (origin?.from === "secret") {
        const { env } = this.#scope.inputs[origin.input] as { env?: unknown };
        if (typeof env === "string") this.#resolved.secrets[variable] = env;
        continue;
      }
      const message =
        "A secret is only named here: write ${{ inputs.<input> }} with an input of type secret. Never write its value into a recipe.";
      this.#add("R0309", path, message);
    }
  }

  /** Steps, cells and groups to wait for; of a step with a matrix the same cell, or all of them. */
  needs(value: unknown, place: Path): void {
    if (!Array.isArray(value)) return;
    for (const [index, name] of value.entries()) {
      if (typeof name !== "string" || name === "") continue;
      const path = [...place, index];
      for (const id of this.#cellsNamed(name, path)) this.#resolved.after.set(id, path);
    }
  }

  #cellsNamed(name: string, path: Path): string[] {
    const { steps } = this.#scope;
    const { cell } = this.#resolved;
    const exact = steps.cells.get(name);
    const writtens = steps.groups.get(name) ?? [steps.byId.get(name)].filter((step) => step !== undefined);
    if (writtens.length === 0 && exact === undefined) {
      try {
        findCell(steps, cell, { name, span: [0, name.length] });
      } catch (error) {
        const { code, message, more } = explainError(error);
        this.#diagnostics.push(this.#layers.diagnostic(code, path, message, more));
      }
      return [];
    }
    const cells =
      writtens.length === 0
        ? [exact!]
        : writtens.flatMap((written) => sameCell(written, cell) ?? written.cells);
    return cells.filter(({ included }) => included).map(({ id }) => id);
  }

  #add(code: Diagnostic["code"], path: Path, message: string): void {
    this.#diagnostics.push(this.#layers.diagnostic(code, path, message));
  }
}

const wordsFor = ({ types }: Kinds, type: ArtifactType): string =>
  type === "hub" ? "an id on the hub" : (types.get(type) ?? type);

const namesOf = (kinds: Kinds, accepted: readonly ArtifactType[]): string =>
  accepted.map((type) => wordsFor(kinds, type)).join(" or ");

/** Names of the secrets that a kind takes; undefined where any may be given to its program. */
function secretsTaken({ schema, takesAnySecret }: KindDefinition): readonly string[] | undefined {
  const { "x-secrets": named, "x-tools": tools } = schema;
  if (named !== undefined) return named;
  return takesAnySecret === true || tools.includes("python") ? undefined : [];
}
