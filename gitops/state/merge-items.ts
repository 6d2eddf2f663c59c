import type { Item } from "../../schemas/gitops-work.ts";
import { isOpen } from "./aggregate.ts";

/**
 * The items of a commit after a new plan. What is at work or judged stays as it is, whatever triggers it once more; what was
 * superseded or never allowed is taken up, and what is asked for `again` gets a further attempt. Pure.
 */
export function mergeItems(known: readonly Item[], planned: readonly Item[], again: boolean): Item[] {
  const items = new Map(known.map((item) => [item.key, item]));
  for (const item of planned) {
    const before = items.get(item.key);
    items.set(item.key, before === undefined ? item : merge(before, item, again));
  }
  return [...items.values()];
}

function merge(before: Item, item: Item, again: boolean): Item {
  const both = {
    ...before,
    lines: [...new Set([...before.lines, ...item.lines])],
    order: Math.max(before.order, item.order),
  };
  const next = { ...item, lines: both.lines, attempt: before.attempt + 1 };
  if (before.state === "waiting-for-approval" && item.state === "queued")
    return { ...next, attempt: before.attempt };
  if (isOpen(before.state)) return both;
  if (again) return next;
  switch (before.state) {
    // Its verdict may be there by now, or it may run by another trigger; on the same terms it stays.
    case "planned":
    case "untrusted":
    case "not-allowed":
    case "invalid":
    case "unaffected":
      return { ...next, attempt: before.attempt };
    case "superseded":
      return next;
    default:
      return both;
  }
}
