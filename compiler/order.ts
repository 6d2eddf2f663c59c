/**
 * Steps in an order in which each comes after all it waits for, otherwise in the order given, or the trail of a cycle.
 * `after` maps each step to those it waits for. Linear in steps and edges, and not recursive: chains may be long.
 */
export function orderSteps(after: ReadonlyMap<string, Iterable<string>>): {
  order: string[];
  cycle: string[] | null;
} {
  const order: string[] = [];
  const state = new Map<string, "open" | "done">();
  for (const first of after.keys()) {
    if (state.has(first)) continue;
    const trail: { id: string; waits: Iterator<string> }[] = [];
    const enter = (id: string) => {
      state.set(id, "open");
      trail.push({ id, waits: after.get(id)![Symbol.iterator]() });
    };
    enter(first);
    while (trail.length > 0) {
      const { id, waits } = trail.at(-1)!;
      const next = waits.next();
      if (next.done === true) {
        state.set(id, "done");
        order.push(id);
        trail.pop();
      } else if (state.get(next.value) === "open") {
        const ids = trail.map((entry) => entry.id);
        return { order, cycle: [...ids.slice(ids.indexOf(next.value)), next.value] };
      } else if (!state.has(next.value)) enter(next.value);
    }
  }
  return { order, cycle: null };
}
