import { counted } from "../schemas/counted.ts";
import type { RunRecord } from "../schemas/generated/run-record.ts";

/** How many claims that count were judged by a test, and whether that is corrected for; null for fewer than two. */
export function testsNote({ claims, correction }: Pick<RunRecord, "claims" | "correction">): string | null {
  const tests = claims.filter(({ p, counts }) => p !== null && counts !== false).length;
  if (tests < 2) return null;
  return correction === "holm"
    ? `${counted(tests, "claim")} were judged by a test; Holm's method corrects each p for that.`
    : `${counted(tests, "claim")} were judged by a test, each for itself: the more there are, the likelier one of them is shown by ` +
        "chance. 'correction: holm' in the recipe corrects p for their number.";
}
