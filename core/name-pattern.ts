/** Whether a name is one of the given, of which each may be the beginning of names, with a * behind. */
export const isNamed = (name: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) =>
    pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );

/** How a worker reaches its server: no program gets it. */
const WITHHELD = ["TEMPORAL_*"];

/** Whether no program gets a variable of this name, or those of this beginning with a * behind. */
export const isWithheld = (name: string): boolean => isNamed(name, WITHHELD);
