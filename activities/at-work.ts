/** Steps that this process works on just now, by `nameOfStep`. */
export const stepsAtWork = new Set<string>();

export const nameOfStep = (run: string, step: string): string => `${run}/${step}`;
