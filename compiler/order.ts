/**
 * Steps in an order in which each comes after all it waits for, ties in the order given, or the trail of a cycle.
 * `after` maps each step to those it waits for.
 */
export function orderSteps(after: ReadonlyMap<string, readonly string[]>): {
  order: string[];
  cycle: string[] | null;
} {
  const order: string[] = [];
  const done = new Set<string>();
  const waiting = new Set(after.keys());
  while (waiting.size > 0) {
    const ready = [...waiting].find((id) => after.get(id)!.every((other) => done.has(other)));
    if (ready === undefined) return { order, cycle: trail(after, waiting) };
    order.push(ready);
    done.add(ready);
    waiting.delete(ready);
  }
  return { order, cycle: null };
}

/** From any step that cannot start, following what it waits for must come back to a step seen before. */
function trail(after: ReadonlyMap<string, readonly string[]>, stuck: ReadonlySet<string>): string[] {
  const path: string[] = [];
  let at = [...stuck][0]!;
  while (!path.includes(at)) {
    path.push(at);
    at = after.get(at)!.find((other) => stuck.has(other))!;
  }
  return [...path.slice(path.indexOf(at)), at];
}
