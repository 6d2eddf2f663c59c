import { expect, test } from "vitest";
import { showDuration } from "../../core/show-duration.ts";

test.each([
  [-1, "0ms", "0ms"],
  [0.25, "250ms", "250ms"],
  [12.34, "12.3s", "12s"],
  [59.96, "59.9s", "59s"],
  [60, "1m", "1m"],
  [119.6, "1m 59s", "1m 59s"],
  [119.999, "1m 59s", "1m 59s"],
  [3599.7, "59m 59s", "59m 59s"],
  [93784, "1d 2h 3m 4s", "1d 2h 3m 4s"],
])("%s seconds never have 60 seconds or minutes beside a larger unit", (seconds, tenths, whole) => {
  expect([showDuration(seconds), showDuration(seconds, false)]).toEqual([tenths, whole]);
});
