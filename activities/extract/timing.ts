/** Length of a video in seconds, from its frames' times: the last frame lasts as long as the mean one. */
export function secondsOf(times: readonly number[]): number {
  if (times.length < 2) return 0;
  return ((times.at(-1)! - times[0]!) * times.length) / (times.length - 1);
}

// Containers round times to milliseconds.
const ROUNDING = 0.002;

/** Whether the time between two frames varies by more than rounding: then index / rate is not a frame's time. */
export function variesInRate(times: readonly number[]): boolean {
  const gaps = times.slice(1).map((time, index) => time - times[index]!);
  if (gaps.length < 2) return false;
  const [least, most] = gaps.reduce(
    ([low, high], gap) => [Math.min(low, gap), Math.max(high, gap)],
    [Infinity, -Infinity],
  );
  return most - least > Math.max(ROUNDING, 0.1 * least);
}
