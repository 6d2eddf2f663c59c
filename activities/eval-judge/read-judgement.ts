import { validateJudgement } from "../../schemas/validators.ts";
import type { Judgement } from "../../schemas/generated/judgement.ts";
import { finalText } from "../../data/reading/final-text.ts";
import { objectsIn } from "../../data/rows/json-text.ts";

const PARTS = ["direction", "landmarks", "logic"] as const;

/**
 * What a judge's reply says, or null where that is in doubt; nothing is guessed, and nothing becomes 0. Its thinking is left
 * out. Of the JSON objects in the rest, whatever stands around them, one must have all three parts, and none may say another
 * value of a part. A part is a whole number from 0 to 5, also as text; keys may be capitalised. Of a reply that was cut, only
 * what stands at its beginning or end is read: more of it may have come.
 */
export function readJudgement(reply: string, truncated = false): Judgement | null {
  const text = finalText(reply);
  const found = objectsIn(text);
  if (found === null) return null;
  const records = found.flatMap(({ value }) => objectsWithin(value));
  const first = records.find((record) => PARTS.every((part) => record.has(part)));
  if (first === undefined) return null;
  const said = PARTS.map((part) => new Set(records.flatMap((record) => record.get(part) ?? [])));
  if (said.some((values) => values.size > 1)) return null;
  const [before, after] = [text.slice(0, found[0]!.start), text.slice(found.at(-1)!.end)];
  if (truncated && [before, after].every((rest) => rest.replaceAll(/```\w*/g, "").trim() !== "")) return null;
  const judgement = Object.fromEntries(PARTS.map((part) => [part, first.get(part)![0]]));
  return validateJudgement()(judgement) ? judgement : null;
}

/** The scores that an object and those within it give, each object by itself. */
function objectsWithin(value: unknown): Map<string, unknown[]>[] {
  if (value === null || typeof value !== "object") return [];
  const own = new Map<string, unknown[]>();
  for (const [key, said] of Array.isArray(value) ? [] : Object.entries(value)) {
    const part = key.trim().toLowerCase();
    if (isScore(said)) own.set(part, [...(own.get(part) ?? []), numberOf(said)]);
  }
  return [own, ...Object.values(value).flatMap(objectsWithin)];
}

/** A number, or a text that begins as one; words about a part are no score of it. */
const isScore = (value: unknown): boolean =>
  typeof value === "number" || (typeof value === "string" && /^\s*[-+]?[0-9]/.test(value));

/** A whole number that is written as text is that number. */
const numberOf = (value: unknown): unknown =>
  typeof value === "string" && /^\s*[0-9](?:\.0+)?\s*$/.test(value) ? Number(value) : value;
