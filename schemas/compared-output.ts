/** What a comparison counts. */
export type Measure = "predictions" | "scores";

const MEASURES: readonly string[] = ["predictions", "scores"] satisfies Measure[];

/** An output by which a step can be compared with another one. */
export interface ComparedOutput {
  name: string;
  measure: Measure;
}

/**
 * Which of a step's outputs (types by name) claims compare: the one of type predictions or scores; of several, the one that is
 * called as its type. The names of all where it is not clear which; none where nothing can be compared.
 */
export function comparedOutput(outputs: Readonly<Record<string, string>>): ComparedOutput | string[] {
  const found = Object.entries(outputs).flatMap(([name, type]) =>
    MEASURES.includes(type) ? [{ name, measure: type as Measure }] : [],
  );
  const sameName = found.filter(({ name, measure }) => name === measure);
  const [only, ...others] = found.length > 1 ? sameName : found;
  return only === undefined || others.length > 0 ? found.map(({ name }) => name) : only;
}
