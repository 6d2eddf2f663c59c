import { parse } from "tinyduration";

const SECONDS = { s: 1, m: 60, h: 3600, d: 86400 } as const;

/** Seconds of `90s`, `30m`, `12h`, `2d`, or of an ISO 8601 duration in days and less, such as PT10M. */
export function seconds(duration: string): number {
  if (!duration.startsWith("P")) {
    return Number.parseInt(duration, 10) * SECONDS[duration.at(-1) as keyof typeof SECONDS];
  }
  const { days = 0, hours = 0, minutes = 0, seconds: rest = 0 } = parse(duration);
  return days * SECONDS.d + hours * SECONDS.h + minutes * SECONDS.m + rest;
}
