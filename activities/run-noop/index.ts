/** run/noop: does nothing. */
export const doNothing = (): Promise<Record<string, number>> => Promise.resolve({ nothing: 0 });
