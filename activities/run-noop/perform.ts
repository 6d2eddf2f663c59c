/** run/noop: does nothing. */
export const perform = (): Promise<Record<string, number>> => Promise.resolve({ nothing: 0 });
