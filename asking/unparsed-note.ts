import type { Sample } from "../verdict/statistics/sample.ts";
import { agreeing, counted } from "../schemas/counted.ts";

/** The share of replies without a letter above which a reader is warned. */
const MANY = 0.05;
const EXAMPLES = 3;
const LONGEST = 100;

/** What a reader should know of replies that give no letter, with examples, if they are many; else null. */
export function unparsedNote(predictions: readonly Sample[]): string | null {
  const read = predictions.filter(({ status }) => ["correct", "wrong", "unparsed"].includes(status));
  const unparsed = read.filter(({ status }) => status === "unparsed");
  const share = unparsed.length / read.length;
  if (unparsed.length === 0 || share <= MANY) return null;
  // A program's predictions need no reply.
  const examples = unparsed
    .slice(0, EXAMPLES)
    .map(({ id, reply }: Sample & { reply?: unknown }) =>
      typeof reply === "string" ? `${id} ${shown(reply)}` : id,
    );
  return `${unparsed.length} of ${counted(read.length, "reply")} (${(100 * share).toFixed(1)} %) ${agreeing(unparsed.length, "gives no letter and counts", "give no letter and count")} as not correct, such as ${examples.join(", ")}. docs/evaluation.md says how a reply is read.`;
}

/** A reply on one line: of a long one beginning and end, where a letter may stand. */
function shown(reply: string): string {
  const line = reply.replace(/\s+/gu, " ").trim();
  const characters = Array.from(line);
  const half = Math.floor(LONGEST / 2);
  return JSON.stringify(
    characters.length <= LONGEST
      ? line
      : `${characters.slice(0, half).join("")} … ${characters.slice(-half).join("")}`,
  );
}
