import prettyMilliseconds from "pretty-ms";

/** Seconds as 12.3s or 1m 59s, rounded down; tenths below a minute, unless `tenths` is false. */
export const showDuration = (seconds: number, tenths = true): string =>
  prettyMilliseconds(Math.max(0, seconds) * 1000, { secondsDecimalDigits: tenths && seconds < 60 ? 1 : 0 });
