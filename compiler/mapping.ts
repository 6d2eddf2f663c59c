export type Mapping = Record<string, unknown>;

/** A place in a recipe: keys, and numbers for entries of a list. */
export type Path = readonly (string | number)[];

/** Whether a value is what YAML calls a mapping. */
export const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The entry of a mapping or list under a key, if it has one of its own. */
export const entryOf = (value: unknown, key: string | number): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string | number, unknown>)[key]
    : undefined;

/** The value under a path, if it is there. */
export const valueAt = (value: unknown, path: Path): unknown => path.reduce<unknown>(entryOf, value);

/** Every value below a mapping that is no mapping itself, by its dotted path. */
export function leavesOf(value: Mapping, above = ""): Map<string, unknown> {
  return new Map(
    Object.entries(value).flatMap(([key, inner]) =>
      isMapping(inner) ? [...leavesOf(inner, `${above}${key}.`)] : [[`${above}${key}`, inner] as const],
    ),
  );
}
