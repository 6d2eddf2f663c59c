import { ARTIFACT_TYPES, type ArtifactType } from "../schemas/artifact-types.ts";
import type { KindDefinition } from "./kind.ts";

/** The kinds that a recipe may use, by name, in the order in which they are told; and their types of artifacts. */
export class Kinds<Kind extends KindDefinition = KindDefinition> {
  readonly #byName: ReadonlyMap<string, Kind>;
  /** As recipes name them after `uses`: without those from outside, which are named by their folders. */
  readonly names: readonly string[];
  /** What other tools call kinds, with their names here. */
  readonly called: ReadonlyMap<string, string>;
  /** Types of artifacts with their words in a sentence: `a dataset`. */
  readonly types: ReadonlyMap<ArtifactType, string>;

  constructor(kinds: Iterable<Kind>) {
    const all = [...kinds];
    this.#byName = new Map(all.map((kind) => [kind.name, kind]));
    if (this.#byName.size < all.length) throw new Error("Two kinds have one name.");
    this.names = all.flatMap(({ name, outside }) => (outside === undefined ? [name] : []));
    this.called = new Map(
      all.flatMap(({ name, called = [] }) => called.map((word) => [word, name] as const)),
    );
    this.types = new Map([
      ...Object.entries(ARTIFACT_TYPES).map(([type, { says }]) => [type, says] as const),
      ...all.flatMap(({ makes = {} }) => Object.entries(makes)),
    ]);
  }

  [Symbol.iterator](): IterableIterator<Kind> {
    return this.#byName.values();
  }

  find(name: string): Kind | undefined {
    return this.#byName.get(name);
  }

  /** The kind of a step that was checked. Throws for one that is not here. */
  get(name: string): Kind {
    const kind = this.find(name);
    if (kind === undefined) throw new Error(`There is no kind '${name}' here.`);
    return kind;
  }

  /** The kind that turns one type of artifact into another one. */
  turning(from: ArtifactType, to: ArtifactType): Kind | undefined {
    return [...this].find(({ turns }) => turns?.from === from && turns.to === to);
  }
}
